// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { facts, observedAt } from '../../renderer/store/desk.ts';
import { useInterface } from '../../renderer/store/interface.ts';
import {
  isWatched,
  keepWatched,
  toggleNotifications,
  toggleWatched,
  watchOffer,
} from '../../renderer/store/watched.ts';
import { select } from '../../renderer/tree/use-outline.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

test('the selected place is watched and no longer; the main process is told, and of what is looked at', () => {
  const called: [string, unknown][] = [];
  window.perch = {
    async call(name, args) {
      called.push([name, args]);
      return { ok: true, value: null as never };
    },
    onPush() {},
  };
  keepWatched();
  facts.set({ watched: [{ instance: 'old', lineage: 'app' }], hasNotifications: true } as never);
  expect(isWatched(useInterface.getState().watched, 'old', 'app')).toBe(true);
  expect(watchOffer()).toBe('No node is selected.');
  toggleWatched();

  const { tree } = observedAt('a');
  tree.receive({ snapshot: snapshotOf(gameTree(3)) });
  tree.commit();
  useInterface.setState({ instance: 'a', page: 'tree' });
  const { id, lineage } = gameTree(3).at(-1)!;
  select('a', tree, id);
  expect(called.at(-1)).toEqual(['look-at', { instance: 'a', lineage }]);
  expect(watchOffer()).toBe(true);
  toggleWatched();
  const both = [
    { instance: 'old', lineage: 'app' },
    { instance: 'a', lineage },
  ];
  expect(called.at(-1)).toEqual(['keep-watched', { places: both }]);
  toggleWatched();
  expect(called.at(-1)).toEqual(['keep-watched', { places: both.slice(0, 1) }]);

  useInterface.setState({ page: 'wrong' });
  expect(called.at(-1)).toEqual(['look-at', { instance: 'a', lineage: null }]);
  toggleNotifications();
  expect(called.at(-1)).toEqual(['set-notifications', { isOn: false }]);
  expect(useInterface.getState().notice?.words).toBe('Notifications are off.');
});
