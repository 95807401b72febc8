import { expect, test } from 'vitest';
import { takenAlong } from '../../../../agent/hub/lost/along.ts';
import { TreeStore } from '../../../../agent/hub/tree-store.ts';
import type { SupervisorFacts, TreeNode } from '../../../../protocol/tree.ts';
import { nodeOf } from '../../../client/scripted-session.ts';

const child = (order: number): TreeNode['child'] => ({
  restart: 'permanent',
  shutdown: 1000,
  significant: false,
  protected: false,
  order,
});

function worker(id: string, parent: string, order: number, changes: Partial<TreeNode> = {}): TreeNode {
  return {
    ...nodeOf(id),
    parent,
    kind: 'worker',
    host: 'task',
    hasState: true,
    child: child(order),
    ...changes,
  };
}

function supervisorOf(
  id: string,
  parent: string | null,
  strategy: SupervisorFacts['strategy'],
  order = 0,
): TreeNode {
  const supervisor = { strategy, intensity: 1, periodMs: 5000, restartsInPeriod: 0 };
  return { ...nodeOf(id), parent, kind: 'supervisor', supervisor, child: child(order) };
}

/** `top` has `a`, `b` (a supervisor over `b1`, and `b2` that holds nothing), `c`, and `d`, which is temporary. */
function tree(strategy: SupervisorFacts['strategy']) {
  const store = new TreeStore('e');
  const nodes = [
    supervisorOf('top', null, strategy),
    worker('a', 'top', 0),
    supervisorOf('b', 'top', 'one_for_one', 1),
    worker('b1', 'b', 0, { hasState: false, backlogWord: 'orders' }),
    worker('b2', 'b', 1, { hasState: false }),
    worker('c', 'top', 2),
    worker('d', 'top', 3, { child: { ...child(3)!, restart: 'temporary' } }),
  ];
  for (const node of nodes) store.put(node);
  return (id: string, act = 'kill') => takenAlong(store, store.nodes.get(id)!, act).map((each) => each.id);
}

test('one_for_one takes nobody along; one_for_all all that hold something, at any depth; rest_for_one those after it', () => {
  expect(tree('one_for_one')('a')).toEqual([]);
  expect(tree('dynamic')('a')).toEqual([]);
  expect(tree('one_for_all')('c')).toEqual(['a', 'b1']);
  expect(tree('rest_for_one')('a')).toEqual(['b1', 'c']);
  expect(tree('rest_for_one')('c')).toEqual([]);
});

test('a supervisor takes along what is below it, and what its own supervisor stops with it', () => {
  expect(tree('one_for_one')('top')).toEqual(['a', 'b1', 'c']);
  expect(tree('one_for_one')('b')).toEqual(['b1']);
  expect(tree('rest_for_one')('b')).toEqual(['b1', 'c']);
});

test('a restart is of one child, and the end of a temporary one is no restart', () => {
  expect(tree('one_for_all')('a', 'restart')).toEqual([]);
  expect(tree('one_for_all')('b', 'restart')).toEqual(['b1']);
  expect(tree('one_for_all')('d')).toEqual([]);
});
