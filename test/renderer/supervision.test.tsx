// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TreeNode } from '../../protocol/tree.ts';
import { Supervision } from '../../renderer/inspect/supervisor/supervision.tsx';
import { fleet } from '../../renderer/store/desk.ts';
import { placeOf, useInterface } from '../../renderer/store/interface.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { shopTree } from '../support/shop-data.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { snapshotOf } from '../support/tree-data.ts';

let tree: TreeStore;

beforeEach(() => {
  tree = new TreeStore(() => {});
  useInterface.setState({ places: {} });
});
afterEach(cleanup);

function draw(id: string, nodes: TreeNode[], instance = 'i'): void {
  tree.receive({ snapshot: snapshotOf(nodes) });
  tree.commit();
  const node = tree.node(id)!;
  render(<Supervision instance={instance} tree={tree} node={node} facts={node.supervisor!} />);
}

const names = () =>
  within(screen.getByRole('grid'))
    .getAllByRole('row')
    .slice(1)
    .map((row) => within(row).getAllByRole('gridcell')[0]!.textContent);

test('children stand in start order, a stopped one among them, and are counted', () => {
  draw('4121.0.1', shopTree());
  expect(names()).toEqual(['db', 'cache', 'checkout', 'mailer', 'jobs']);
  expect(screen.getByText('4 of 5 active')).toBeTruthy();
  expect(screen.getByRole('meter').getAttribute('aria-valuetext')).toBe('3 of 5');
});

test('a successor keeps the place of the one before it, whose ghost is not shown beside it', () => {
  draw('4121.0.1', shopTree());
  const cache = tree.node('4121.0.31')!;
  act(() => {
    tree.receive({
      delta: {
        from: 1,
        revision: 2,
        at: Date.now(),
        changes: [
          ['~', cache.id, { status: 'exited', endedAt: Date.now() }],
          ['+', { ...cache, id: '4121.0.40', incarnation: 5, restarts: 4 }],
        ],
      },
    });
    tree.commit();
  });
  expect(names()).toEqual(['db', 'cache', 'checkout', 'mailer', 'jobs']);
  expect(screen.getByRole('row', { name: /cache permanent running 5 4/ })).toBeTruthy();
});

test('of many the first are shown, the rest is counted and asked for', () => {
  draw('4121.0.8', shopTree({ jobs: 400 }));
  expect(names()).toHaveLength(40);
  fireEvent.click(screen.getByRole('button', { name: '+360 more' }));
  expect(names()).toHaveLength(240);
  expect(screen.getByRole('button', { name: '+160 more' })).toBeTruthy();
});

test('Enter goes to the child that the arrows chose', () => {
  draw('4121.0.1', shopTree());
  const grid = screen.getByRole('grid');
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) fireEvent.keyDown(grid, { key });
  expect(placeOf('i').selected?.id).toBe('4121.0.31');
});

test.each([
  ['live', 'in 30 s · one comes back in'],
  ['stale', 'as it was when it was last heard'],
] as const)('the budget of an instance that is %s goes on only while it is heard', (state, words) => {
  fleet.set(liveFleet({ state }));
  draw('4121.0.1', shopTree(), SHOP);
  const budget = screen.getByRole('group', { name: 'Restart budget' });
  expect(budget.textContent?.replaceAll('\u202f', ' ')).toContain(words);
});

test('a supervisor that started none says so', () => {
  draw('4121.0.8', shopTree({ jobs: 0 }));
  expect(screen.getByText('None was started yet.')).toBeTruthy();
});
