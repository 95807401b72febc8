/** Actors of XState are a tree with their states, and are followed as they come and go. */
import { afterEach, expect, test } from 'vitest';
import type { TreeNode } from '../../../protocol/tree.ts';
import { type Service, startService } from '../../support/service.ts';
import { untilTree } from '../../support/tree.ts';
import { until } from '../../support/until.ts';

let service: Service;
afterEach(() => service.stop());

test('an actor stands over the actors that it invokes, with the state it is in and its snapshot to look at', async () => {
  service = await startService('actors.js');
  const session = await service.session();
  /** What each living actor is and in which state, once it is as told. */
  const actors = (wanted: Record<string, string | undefined>) =>
    untilTree(session, (all) => {
      const living = all.filter(
        ({ component, endedAt }) => component?.adapter === 'xstate' && endedAt === null,
      );
      const states = Object.fromEntries(
        living.map(({ lineage, component }) => [lineage, component!.facts.state]),
      );
      const isSo = JSON.stringify(sorted(states)) === JSON.stringify(sorted(wanted));
      return isSo && new Map<string, TreeNode>(living.map((node) => [node.lineage, node]));
    });

  const first = await actors({ 'xstate:7f3a': 'lobby', 'xstate:7f3a/xstate:player': 'thinking' });
  const game = first.get('xstate:7f3a')!;
  expect(game).toMatchObject({ parent: `${service.pid}.0`, component: { type: 'state machine' } });
  expect(first.get('xstate:7f3a/xstate:player')!.parent).toBe(game.id);

  service.send('start');
  service.send('move');
  const playing = {
    'xstate:7f3a': 'playing',
    'xstate:7f3a/xstate:opponent': undefined,
    'xstate:7f3a/xstate:player': 'thinking',
  };
  const second = await actors(playing);
  expect(second.get('xstate:7f3a')!.id).toBe(game.id);
  expect(second.get('xstate:7f3a/xstate:opponent')!.component).toMatchObject({ type: 'actor' });
  const state = async () => JSON.stringify((await session.call('state', { node: game.id })).value);
  await until(state).toContain('"moves":1');
  expect(await state()).not.toContain('planted');

  service.send('open');
  await actors({ ...playing, 'xstate:8c21': 'lobby', 'xstate:8c21/xstate:player': 'thinking' });
  service.send('end');
  await actors({ 'xstate:8c21': 'lobby', 'xstate:8c21/xstate:player': 'thinking' });
});

function sorted(record: Record<string, unknown>): [string, unknown][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
