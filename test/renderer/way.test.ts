// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import type { FleetView, InstanceView } from '../../electron/ipc.ts';
import { parseLink } from '../../protocol/link.ts';
import { cliCommand, copy, copyOffer, targetOf } from '../../renderer/command/copies.ts';
import { fleet, observedAt, openInstance } from '../../renderer/store/desk.ts';
import { placeOf, show, useInterface } from '../../renderer/store/interface.ts';
import { NO_TRAIL } from '../../renderer/store/trail.ts';
import { keepWay, stepOffer, stepWay, trail } from '../../renderer/store/way.ts';
import { reveal } from '../../renderer/tree/use-outline.ts';
import { shopTree } from '../support/shop-data.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

const copied: string[] = [];
const named = (name: string) => shopTree().find((node) => node.name === name)!;

function loaded(key: string): void {
  const { tree } = observedAt(key);
  tree.receive({ snapshot: snapshotOf(shopTree()) });
  tree.commit();
}

keepWay();

beforeEach(() => {
  window.perch = {
    call: async (name, args) => {
      if (name === 'copy') copied.push((args as { text: string }).text);
      return { ok: true as const, value: null as never };
    },
    onPush() {},
  };
  copied.length = 0;
  const instances = [
    { key: 'lab/fra', name: 'fra', address: 'fra:7077' },
    { key: 'lab/lax', name: 'lax', address: 'lax:7077' },
  ];
  fleet.set({
    environments: [{ name: 'lab', isLocal: false, tunnel: null, instances }],
  } as unknown as FleetView);
  useInterface.setState({ instance: null, page: 'tree', places: {}, tab: 'overview' });
  trail.set(NO_TRAIL);
});

test('back leads to the page, the instance and the node that were shown', () => {
  loaded('lab/fra');
  loaded('lab/lax');
  openInstance('lab/fra');
  const { tree } = observedAt('lab/fra');
  reveal('lab/fra', tree, named('cache').id);
  openInstance('lab/lax');
  show({ page: 'wrong' });
  stepWay(-1);
  expect(useInterface.getState()).toMatchObject({ page: 'tree', instance: 'lab/lax' });
  stepWay(-1);
  expect(useInterface.getState().instance).toBe('lab/fra');
  expect(placeOf('lab/fra').selected?.id).toBe(named('cache').id);
  stepWay(1);
  stepWay(1);
  expect(useInterface.getState().page).toBe('wrong');
  expect(stepOffer(1)).toBe('There is nothing after it');
});

describe('copied is', () => {
  const select = (name: string) => {
    loaded('lab/fra');
    openInstance('lab/fra');
    reveal('lab/fra', observedAt('lab/fra').tree, named(name).id);
  };

  test('a link that leads there, the lineage, the id', async () => {
    select('cache');
    for (const what of ['link', 'path', 'id'] as const) copy(what);
    const [link, path, id] = copied;
    expect(parseLink(link!)).toEqual({ environment: 'lab', instance: 'fra', lineage: 'app/cache' });
    expect([path, id]).toEqual(['app/cache', named('cache').id]);
  });

  test('the command that shows the same, by the tab', () => {
    select('cache');
    const { id } = named('cache');
    copy('command');
    show({ tab: 'state' });
    copy('command');
    expect(copied).toEqual([`perch show fra ${id}`, `perch state fra ${id}`]);
  });

  test('the instance where nothing is selected', () => {
    openInstance('lab/lax');
    copy('link');
    copy('command');
    expect(copied).toEqual(['perch://lab/lax', 'perch tree lax']);
    expect(copyOffer('id')).toBe('Select a node first');
  });

  test('safe for a shell, whatever an inventory calls its instances', () => {
    const node = aNode({ id: '7.0.1' });
    expect(cliCommand("$(rm -rf ~) it's", node, 'history')).toBe("perch ledger '$(rm -rf ~) it'\\''s'");
  });

  test('told apart from a namesake by its environment, or by its address', () => {
    const place = (key: string, address: string) => ({ key, address, name: 'web' }) as InstanceView;
    const [a, b] = [place('lab/web', 'web:1'), place('local:web', 'unix:/run/web')];
    const view = {
      environments: [
        { name: 'This computer', isLocal: true, tunnel: null, instances: [b] },
        { name: 'lab', isLocal: false, tunnel: null, instances: [a] },
      ],
    } as unknown as FleetView;
    expect([targetOf(view, a!), targetOf(view, b!)]).toEqual(['lab/web', 'unix:/run/web']);
  });
});
