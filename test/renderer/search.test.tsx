// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { placeOf, setPlace } from '../../renderer/store/interface.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { search, select, setOpen, useOutline } from '../../renderer/tree/use-outline.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

afterEach(cleanup);

test('what was chosen in a search is in sight when the search is over', () => {
  const tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  const nodes = gameTree(5);
  tree.receive({ snapshot: snapshotOf(nodes) });
  const games = nodes.find(({ lineage }) => lineage === 'app/games')!;
  const game = nodes.find(({ parent }) => parent === games.id)!;
  const { result } = renderHook(() => useOutline('searched', tree));
  const shown = () => [...result.current.rows].map(({ id }) => id);
  act(() => setOpen('searched', tree, games.id, false));
  expect(shown()).not.toContain(game.id);
  act(() => search('searched', tree, game.name));
  act(() => select('searched', tree, game.id));
  const before = placeOf('searched');
  act(() => search('searched', tree, ''));
  expect(shown()).toContain(game.id);
  expect(placeOf('searched').selected).toEqual(before.selected);
  expect(placeOf('searched').revealAt).not.toBe(before.revealAt);
  // Only the end of a search does that: what is closed afterwards stays closed.
  act(() => setOpen('searched', tree, games.id, false));
  act(() => setPlace('searched', { ...placeOf('searched') }));
  act(() => search('searched', tree, ''));
  expect(shown()).not.toContain(game.id);
});
