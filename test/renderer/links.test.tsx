// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FleetView, InstanceView, Push } from '../../electron/ipc.ts';
import { linkTo, parseLink } from '../../protocol/link.ts';
import { fleet, observedAt, startDesk } from '../../renderer/store/desk.ts';
import { placeOf, useInterface } from '../../renderer/store/interface.ts';
import { followLinks, linkedInstance } from '../../renderer/store/links.ts';
import { NoticeLine } from '../../renderer/ui/notice.tsx';
import { NOT_CHECKED } from '../support/checked.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

let receive: (push: Push) => void;
const called = vi.fn();

beforeEach(async () => {
  useInterface.setState({ instance: null, page: 'wrong', places: {}, missing: null, notice: null });
  fleet.set(null);
  called.mockReset();
  window.perch = {
    call: async (name) => {
      called(name);
      return { ok: true, value: { theme: 'dark' } as never };
    },
    onPush: (listener) => {
      receive = listener;
    },
  };
  followLinks();
  await startDesk();
});
afterEach(cleanup);

const instance = (key: string, name: string) =>
  ({ key, name, state: 'live', info: { epoch: key } }) as InstanceView;
const view = (...environments: [string, boolean, InstanceView[]][]) =>
  ({
    environments: environments.map(([name, isLocal, instances]) => ({
      name,
      isLocal,
      tunnel: null,
      instances,
    })),
    inventory: { file: '', error: null },
    publicKey: null,
    findings: [],
    checked: NOT_CHECKED,
  }) as unknown as FleetView;
const shop = view(
  ['This computer', true, [instance('local:a', 'fra')]],
  ['production', false, [instance('production/fra', 'fra'), instance('production/lax', 'lax')]],
);
const list = (fleet: FleetView) => receive({ kind: 'fleet', fleet });
const open = (link: string) => receive({ kind: 'link', to: parseLink(link) });

test('a link names an instance of the inventory or of this computer, and leads back to it', () => {
  expect(linkTo(shop, 'local:a', null)).toBe('perch://local/fra');
  expect(linkTo(shop, 'production/fra', 'app/games')).toBe('perch://production/fra/app/games');
  expect(linkTo(shop, 'nowhere', null)).toBeNull();
  for (const key of ['local:a', 'production/fra', 'production/lax']) {
    expect(linkedInstance(shop, parseLink(linkTo(shop, key, null)!))?.key).toBe(key);
  }
  expect(linkedInstance(shop, parseLink('perch://production/ams'))).toBeNull();
  expect(linkedInstance(shop, parseLink('perch://This%20computer/fra'))).toBeNull();
  const named = view(['local', false, [instance('local/x', 'fra')]], ['This computer', true, []]);
  expect(linkedInstance(named, parseLink('perch://local/fra'))?.key).toBe('local/x');
});

test('it opens the place, from whatever page, and does nothing but look', () => {
  list(shop);
  const { tree } = observedAt('production/lax');
  tree.receive({ snapshot: snapshotOf(gameTree(3)) });
  tree.commit();
  const { lineage, id } = gameTree(3).at(-1)!;
  open(linkTo(shop, 'production/lax', lineage)!);
  expect(useInterface.getState()).toMatchObject({
    instance: 'production/lax',
    page: 'tree',
    asked: null,
    arming: null,
    notice: null,
  });
  expect(placeOf('production/lax').selected?.id).toBe(id);
  expect(new Set(called.mock.calls.flat())).toEqual(new Set(['start', 'watch']));
});

test('what is not listed is said, and gone to when it comes', () => {
  list(view());
  open('perch://production/lax');
  render(<NoticeLine />);
  expect(screen.getByRole('alert').textContent).toMatch(/leads to lax, and there is none in production/);
  act(() => list(shop));
  expect(useInterface.getState()).toMatchObject({ instance: 'production/lax', notice: null });
});

test('whoever puts the word away is not taken there later', () => {
  list(view());
  open('perch://local/fra');
  render(<NoticeLine />);
  expect(screen.getByRole('alert').textContent).toMatch(/none on this computer/);
  fireEvent.click(screen.getByRole('button', { name: 'Put away' }));
  useInterface.setState({ page: 'wrong' });
  act(() => list(shop));
  expect(useInterface.getState().page).toBe('wrong');
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a refused link is told in words', () => {
  list(shop);
  receive({
    kind: 'link-refused',
    error: { code: 'BAD_LINK', message: 'This is no link of Perch: x', facts: {}, mend: 'Copy one.' },
  });
  render(<NoticeLine />);
  expect(screen.getByRole('alert').textContent).toBe('This is no link of Perch: x Copy one.');
});
