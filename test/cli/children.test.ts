import { expect, it } from 'vitest';
import { childrenOf } from '../../cli/act/children.ts';
import type { ChildFacts, SupervisorFacts, TreeNode } from '../../protocol/tree.ts';
import { aNode } from '../support/tree-data.ts';

const facts: SupervisorFacts = { strategy: 'one_for_one', intensity: 1, periodMs: 5000, restartsInPeriod: 0 };
const supervisor = (strategy: SupervisorFacts['strategy'] = 'one_for_one') =>
  aNode({ id: 's', kind: 'supervisor', lineage: 'app', supervisor: { ...facts, strategy } });
const lost = { status: 'exited', endedAt: 1 } as const;
const child = (
  id: string,
  order: number | undefined,
  fields: Partial<TreeNode> = {},
  more: Partial<ChildFacts> = {},
) => {
  const spec: ChildFacts = {
    restart: 'permanent',
    shutdown: 5000,
    significant: false,
    protected: false,
    ...more,
  };
  return aNode({
    id,
    name: id,
    parent: 's',
    kind: 'worker',
    child: order === undefined ? spec : { ...spec, order },
    ...fields,
  });
};

it('children come in start order, a stopped one in its place, and are counted as OTP counts them', () => {
  const nodes = [
    child('c', 2),
    child('a', 0, { kind: 'supervisor' }),
    child('b', 1, { status: 'exited', endedAt: 1 }),
    aNode({ id: 'stranger', parent: 'other' }),
    aNode({ id: 'host', parent: 's', kind: 'thread' }),
  ];
  const { children, counts } = childrenOf(supervisor(), nodes);
  expect(children.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'running'],
    ['b', 'stopped'],
    ['c', 'running'],
  ]);
  expect(counts).toEqual({ specs: 3, active: 2, supervisors: 1, workers: 2 });
});

it('what has lost its place, to a successor or for good, is no child any more', () => {
  const nodes = [
    child('x1', 0, { name: 'x', ...lost }, { hasLostPlace: true }),
    child('x2', 0, { name: 'x', incarnation: 2 }),
    child('y', 1, lost, { hasLostPlace: true }),
  ];
  expect(childrenOf(supervisor(), nodes).children).toMatchObject([{ id: 'x2', incarnation: 2 }]);
});

it('a dynamic supervisor has one spec', () => {
  const nodes = [child('a', undefined), child('b', undefined, lost, { hasLostPlace: true })];
  const { children, counts } = childrenOf(supervisor('dynamic'), nodes);
  expect(children.map(({ name }) => name)).toEqual(['a']);
  expect(counts).toEqual({ specs: 1, active: 1, supervisors: 0, workers: 1 });
});
