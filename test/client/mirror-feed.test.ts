import { expect, it } from 'vitest';
import { MirrorFeed, type TreeUpdate } from '../../client/mirror-feed.ts';
import { toColumns } from '../../protocol/tree.ts';
import { ManualClock } from './manual-clock.ts';
import { nodeOf, snapshotOf } from './scripted-session.ts';

function lab() {
  const updates: TreeUpdate[] = [];
  const feed = new MirrorFeed(new ManualClock(), (update) => updates.push(update));
  const rows = (revision: number, ids: string[], more?: true) => ({
    delta: {
      from: revision,
      revision,
      at: 0,
      changes: [],
      rows: toColumns(ids.map((id) => nodeOf(id))),
      ...(more ? { more } : {}),
    },
  });
  const first = (ids: string[], info = {}) => ({
    snapshot: {
      ...snapshotOf(
        ids.map((id) => nodeOf(id)),
        info,
      ),
      more: true as const,
    },
  });
  return { feed, updates, rows, first, shown: () => [...feed.mirror.nodes.keys()] };
}

it('shows a tree that comes in parts as it comes', () => {
  const { feed, updates, rows, first, shown } = lab();
  const { snapshot } = first(['1', '2']);
  feed.push({ snapshot });
  feed.flush();
  expect(shown()).toEqual(['1', '2']);
  expect(feed.mirror.isPartial).toBe(true);
  expect(feed.push(rows(snapshot.revision, ['3'], true))).toBe(true);
  expect(feed.push(rows(snapshot.revision, ['4']))).toBe(true);
  feed.flush();
  expect(feed.mirror.isPartial).toBe(false);
  expect(updates.map(({ isFresh, changed }) => [isFresh, [...changed]])).toEqual([
    [true, ['1', '2']],
    [false, ['3', '4']],
  ]);
});

it('keeps what it shows while the same tree comes again in parts, and then tells the difference', () => {
  const { feed, updates, rows, first, shown } = lab();
  const { snapshot } = first(['1', '2']);
  feed.push({ snapshot });
  feed.push(rows(snapshot.revision, ['3', '4']));
  feed.flush();
  const held = feed.mirror.nodes.get('3');
  const again = { ...first(['1']).snapshot, revision: 9 };
  feed.push({ snapshot: again });
  feed.push(rows(9, ['2'], true));
  feed.flush();
  expect(shown()).toEqual(['1', '2', '3', '4']);
  expect(feed.push({ delta: { from: 9, revision: 10, at: 0, changes: [['+', nodeOf('5')]] } })).toBe(true);
  expect(feed.push(rows(10, ['3']))).toBe(true);
  feed.flush();
  expect(shown().sort()).toEqual(['1', '2', '3', '5']);
  expect(feed.mirror.nodes.get('3')).toBe(held);
  expect(updates.at(-1)).toMatchObject({
    isFresh: false,
    changed: new Set(['5']),
    removed: new Set(['4']),
  });
});

it('asks for a snapshot when a delta is missing between its parts', () => {
  const { feed, rows, first } = lab();
  feed.push(first(['1']));
  feed.push(rows(1, ['2']));
  feed.push({ snapshot: { ...first(['1']).snapshot, revision: 9 } });
  expect(feed.push(rows(12, ['2']))).toBe(false);
});
