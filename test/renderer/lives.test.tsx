// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { Lives } from '../../renderer/inspect/lives.tsx';
import { placeOf } from '../../renderer/store/interface.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { select } from '../../renderer/tree/use-outline.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

afterEach(cleanup);

function treeOf(...lives: { id: string; incarnation: number; isOver?: boolean }[]): TreeStore {
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  const nodes = lives.map(({ id, incarnation, isOver }) =>
    aNode({
      id,
      incarnation,
      name: '7f3a',
      lineage: 'app/games/7f3a',
      parent: 'games',
      status: isOver ? 'exited' : 'running',
      endedAt: isOver ? incarnation * 1000 : null,
    }),
  );
  const games = aNode({ id: 'games', kind: 'supervisor', host: null, lineage: 'app/games' });
  tree.receive({ snapshot: snapshotOf([games, ...nodes]) });
  return tree;
}

const step = (name: RegExp | string) => screen.getByRole('button', { name });

test('from an incarnation one steps to those before it, as far as the tree has them, and back', async () => {
  const tree = treeOf(
    { id: 'a3', incarnation: 3, isOver: true },
    { id: 'a5', incarnation: 5 },
    { id: 'a4', incarnation: 4, isOver: true },
  );
  const show = (id: string) => (
    <Lives instance="lives" tree={tree} id={id} incarnation={Number(id.slice(1))} isNumbered />
  );
  act(() => select('lives', tree, 'a5'));
  const { rerender } = render(show('a5'));
  (await screen.findByRole('button', { name: 'To incarnation 4' })).click();
  // The ghost was chosen as such: the selection stays with it.
  expect(placeOf('lives').selected).toMatchObject({ id: 'a4', follows: false });
  rerender(show('a4'));
  step('To incarnation 3').click();
  expect(placeOf('lives').selected?.id).toBe('a3');
  rerender(show('a3'));
  expect(step(/no earlier one: see History/).hasAttribute('disabled')).toBe(true);
  step('To incarnation 4').click();
  rerender(show('a4'));
  step('To incarnation 5').click();
  expect(placeOf('lives').selected).toMatchObject({ id: 'a5', follows: true });
});

test('a first incarnation without any other has its number and nothing to press', () => {
  const tree = treeOf({ id: 'a1', incarnation: 1 });
  render(<Lives instance="lives" tree={tree} id="a1" incarnation={1} isNumbered />);
  expect(screen.getByText('#1')).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
