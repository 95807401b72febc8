// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { commandOf } from '../../renderer/command/commands.ts';
import { observedAt, openInstance } from '../../renderer/store/desk.ts';
import { placeOf, setPlace, useInterface } from '../../renderer/store/interface.ts';
import { chosen, NOWHERE } from '../../renderer/store/place.ts';
import { search } from '../../renderer/tree/use-outline.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

const life = (incarnation: number, isOver: boolean) =>
  aNode({
    id: `1.${incarnation}`,
    name: 'w',
    lineage: 'app/w',
    incarnation,
    ...(isOver ? { status: 'exited' as const, endedAt: 5 } : {}),
  });
const at = () => placeOf('i').selected?.id;

beforeEach(() => {
  window.perch = { call: async () => ({ ok: true as const, value: null as never }), onPush() {} };
  useInterface.setState({ instance: null, places: {}, page: 'tree' });
  const { tree } = observedAt('i');
  tree.receive({ snapshot: snapshotOf([life(1, true), life(2, true), life(3, false)]) });
  tree.commit();
  openInstance('i');
});

test('the lives of what is selected are stepped through by keys', () => {
  const [earlier, later] = [commandOf('earlier-life')!, commandOf('later-life')!];
  expect(earlier.isOffered()).toBe('Select a node first');
  setPlace('i', chosen(NOWHERE, observedAt('i').tree, '1.3'));
  expect(later.isOffered()).toBe('There is no later one');
  earlier.run();
  expect(at()).toBe('1.2');
  earlier.run();
  expect(earlier.isOffered()).toBe('The tree has no earlier one: see History');
  later.run();
  expect(at()).toBe('1.2');
});

test('search and filters are cleared at once, where there are any', () => {
  const clear = commandOf('clear-filters')!;
  expect(clear.isOffered()).toBe('Nothing is filtered');
  search('i', observedAt('i').tree, 'w');
  useInterface.setState(({ outline }) => ({ outline: { ...outline, chips: ['status:ghosts'] } }));
  expect(clear.isOffered()).toBe(true);
  clear.run();
  expect(placeOf('i').query).toBe('');
  expect(useInterface.getState().outline.chips).toEqual([]);
});
