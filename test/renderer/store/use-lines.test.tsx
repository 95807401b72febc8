// @vitest-environment happy-dom
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TreeChange } from '../../../protocol/tree.ts';
import { show } from '../../../renderer/store/interface.ts';
import { TreeStore } from '../../../renderer/store/tree-store.ts';
import { useLineVersion } from '../../../renderer/store/use-lines.ts';
import { search, useMatched, useOutline } from '../../../renderer/tree/use-outline.ts';
import { aNode, gameTree, snapshotOf } from '../../support/tree-data.ts';

let revision: number;
let tree: TreeStore;
/** How often who reads the lines, and who only holds them, was drawn. */
const drawn = { reader: 0, holder: 0 };

beforeEach(() => {
  revision = 1;
  tree = new TreeStore(
    () => {},
    (commit) => commit(),
  );
  drawn.reader = 0;
  drawn.holder = 0;
});

afterEach(() => {
  cleanup();
  search('lines', tree, '');
  show({ view: 'outline' });
});

function fill(games: number): void {
  tree.receive({ snapshot: snapshotOf(gameTree(games)) });
}

function change(...changes: TreeChange[]): void {
  act(() => tree.receive({ delta: { from: revision, revision: ++revision, at: 0, changes } }));
}

function draw() {
  const holder = renderHook(() => {
    drawn.holder++;
    return useOutline('lines', tree).rows;
  });
  renderHook(() => {
    drawn.reader++;
    return useLineVersion(holder.result.current);
  });
  return holder.result;
}

const born = (id: string) => aNode({ id, parent: '4121.0.2', lineage: `app/games/${id}` });

test('who reads the lines is drawn when lines came or went, not when figures change; who holds them never', () => {
  fill(5);
  const rows = draw();
  expect(drawn).toEqual({ reader: 1, holder: 1 });
  change(['~', '4121.0.3', { metrics: { backlog: 3 } }]);
  expect(drawn).toEqual({ reader: 1, holder: 1 });
  change(['+', born('x')]);
  expect(drawn).toEqual({ reader: 2, holder: 1 });
  expect(rows.current.at(rows.current.length - 1)?.id).toBe('x');
});

test('where no lines are drawn none are kept up, and they are there when they are wanted again', () => {
  fill(5);
  const rows = draw();
  act(() => show({ view: 'icicle' }));
  expect(rows.current.length).toBe(0);
  drawn.reader = 0;
  change(['+', born('x')]);
  expect([rows.current.isBuilt, drawn.reader]).toEqual([false, 0]);
  act(() => show({ view: 'outline' }));
  expect(rows.current.indexOf('x')).toBe(9);
});

test('a search through very many shows the lines before it until it is done; what comes meanwhile is in it', async () => {
  fill(5000);
  const rows = draw();
  const matched = renderHook(() => useMatched(rows.current));
  act(() => search('lines', tree, 'late'));
  expect(rows.current.options.isMatch).toBeNull();
  change(['+', { ...born('x'), name: 'late' }]);
  await waitFor(() => expect(rows.current.options.isMatch).not.toBeNull());
  matched.rerender();
  expect(matched.result.current).toMatchObject({ count: 1 });
  expect([matched.result.current?.first(), ...matched.result.current!.ids()]).toEqual(['x', 'x']);
  expect([...rows.current].map(({ id }) => id)).toEqual(['4121', '4121.0', '4121.0.1', '4121.0.2', 'x']);
  change(['+', { ...born('y'), name: 'later' }], ['~', 'x', { name: 'soon' }]);
  expect([rows.current.matches, rows.current.firstMatch()]).toEqual([1, 'y']);
});
