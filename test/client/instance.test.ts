import { describe, expect, it } from 'vitest';
import { Instance, type LedgerUpdate } from '../../client/instance.ts';
import type { TreeUpdate } from '../../client/mirror-feed.ts';
import { PerchError } from '../../protocol/errors.ts';
import { EPOCH, ManualClock, settle } from './manual-clock.ts';
import { nodeOf, ScriptedSession, snapshotOf } from './scripted-session.ts';

const place = { name: 'fra-1', region: 'fra', service: 't', environment: null, address: 'h:1' };

/** An instance whose tries to connect give `outcomes` one after another. */
function lab(...outcomes: (ScriptedSession | PerchError)[]) {
  const clock = new ManualClock();
  const triedAt: number[] = [];
  const instance = new Instance({
    key: 'k',
    place,
    clock,
    random: () => 1,
    async connect() {
      triedAt.push(clock.monotonic());
      const outcome = outcomes.shift() ?? new PerchError('CONNECT_FAILED', 'nobody there');
      if (outcome instanceof PerchError) throw outcome;
      return outcome;
    },
  });
  const states: string[] = [];
  const trees: TreeUpdate[] = [];
  const ledgers: LedgerUpdate[] = [];
  instance.on('state', () => states.push(instance.state));
  instance.on('tree', (update) => trees.push(update));
  instance.on('ledger', (update) => ledgers.push(update));
  return { clock, instance, states, trees, ledgers, triedAt, outcomes };
}

const lost = new PerchError('CONNECTION_LOST', 'lost');
const event = (seq: number) => ({
  seq,
  at: 0,
  t: 0,
  kind: 'ready',
  node: { id: 'x', lineage: 'x', incarnation: 1 },
});

describe('an instance', () => {
  it('is live with the first snapshot, and tells changes once a frame', async () => {
    const session = new ScriptedSession();
    const { clock, instance, states, trees } = lab(session);
    instance.start();
    await settle();
    expect(instance.state).toBe('connecting');
    expect(instance.hello).toBe(session.hello);
    const watch = session.last('watch-tree');
    watch.event({ snapshot: snapshotOf([nodeOf('a'), nodeOf('b')]) });
    expect(states).toEqual(['live']);
    expect(trees).toEqual([{ isFresh: true, changed: new Set(['a', 'b']), removed: new Set() }]);

    watch.event({ delta: { from: 1, revision: 2, at: 0, changes: [['~', 'a', { status: 'blocked' }]] } });
    watch.event({
      delta: {
        from: 2,
        revision: 3,
        at: 0,
        changes: [
          ['+', nodeOf('c')],
          ['-', 'b'],
        ],
      },
    });
    expect(trees).toHaveLength(1);
    await clock.turn(16);
    expect(trees[1]).toEqual({ isFresh: false, changed: new Set(['a', 'c']), removed: new Set(['b']) });
    expect([...instance.mirror.nodes.keys()]).toEqual(['a', 'c']);
    instance.close();
  });

  it('asks for a snapshot when a revision was missed', async () => {
    const session = new ScriptedSession();
    const { clock, instance, trees } = lab(session);
    instance.start();
    await settle();
    session.last('watch-tree').event({ snapshot: snapshotOf([nodeOf('a'), nodeOf('b')]) });
    const before = instance.mirror.nodes.get('a');
    session.last('watch-tree').event({ delta: { from: 7, revision: 8, at: 0, changes: [['-', 'a']] } });
    await settle();
    const watches = session.calls.filter(({ name }) => name === 'watch-tree');
    expect(watches).toHaveLength(2);
    watches[1]!.event({ snapshot: snapshotOf([nodeOf('a'), nodeOf('c')], { revision: 8 }) });
    await clock.turn(16);
    expect(trees[1]).toEqual({ isFresh: false, changed: new Set(['c']), removed: new Set(['b']) });
    expect(instance.mirror.nodes.get('a')).toBe(before);
    instance.close();
  });

  it('comes back after a lost connection, waits longer each time, and resumes', async () => {
    const first = new ScriptedSession();
    const second = new ScriptedSession();
    const none = new PerchError('CONNECT_FAILED', 'refused');
    const { clock, instance, states, trees, ledgers, triedAt } = lab(first, none, none, second);
    instance.start();
    await settle();
    first.last('watch-tree').event({ snapshot: snapshotOf([nodeOf('a')]) });
    first.last('watch-ledger').event({ epoch: 'e1', firstSeq: 1, events: [event(1), event(2)] });
    const held = instance.mirror.nodes.get('a');
    first.lose(lost);
    await settle();
    expect(instance.state).toBe('reconnecting');
    expect(instance.error).toBe(lost);
    expect(instance.retryAt).toBe(EPOCH + 250);
    expect(first.isClosed).toBe(true);
    await clock.turn(250 + 500 + 1000);
    expect(triedAt).toEqual([0, 250, 750, 1750]);

    expect(second.last('watch-ledger').args).toEqual({ since: 3 });
    second.last('watch-tree').event({ snapshot: snapshotOf([nodeOf('a')], { revision: 9 }) });
    second.last('watch-ledger').event({ epoch: 'e1', firstSeq: 5, events: [event(5)] });
    await clock.turn(16);
    expect(states.at(-1)).toBe('live');
    expect(instance.error).toBeNull();
    expect(trees).toHaveLength(1);
    expect(instance.mirror.nodes.get('a')).toBe(held);
    expect(ledgers.at(-1)).toMatchObject({ isFresh: false, lost: 2 });
    expect(instance.events.map(({ seq }) => seq)).toEqual([1, 2, 5]);
    instance.close();
  });

  it('starts anew with a new epoch', async () => {
    const first = new ScriptedSession();
    const second = new ScriptedSession({ epoch: 'e2' });
    const { clock, instance, trees, ledgers } = lab(first, second);
    instance.start();
    await settle();
    first.last('watch-tree').event({ snapshot: snapshotOf([nodeOf('a')]) });
    first.last('watch-ledger').event({ epoch: 'e1', firstSeq: 1, events: [event(1)] });
    first.lose(lost);
    await clock.turn(250);
    expect(second.last('watch-ledger').args).toEqual({ since: 0 });
    second.last('watch-tree').event({ snapshot: snapshotOf([nodeOf('a')], { epoch: 'e2' }) });
    second.last('watch-ledger').event({ epoch: 'e2', firstSeq: 1, events: [event(1)] });
    await clock.turn(16);
    expect(trees.at(-1)).toMatchObject({ isFresh: true, changed: new Set(['a']) });
    expect(ledgers.at(-1)).toMatchObject({ isFresh: true, lost: 0 });
    expect(instance.events).toHaveLength(1);
    instance.close();
  });

  it('is stale after 5 s of silence, live again when heard, and given up after 20 s', async () => {
    const first = new ScriptedSession();
    const { clock, instance, states } = lab(first);
    instance.start();
    await settle();
    first.last('watch-tree').event({ snapshot: snapshotOf([nodeOf('a')]) });
    await clock.turn(7000);
    expect(instance.state).toBe('stale');
    expect(instance.heardAt).toBe(EPOCH);
    first.last('ping').answer({ at: 0 });
    await settle();
    expect(instance.state).toBe('live');
    expect(instance.heardAt).toBe(EPOCH + 7000);
    await clock.turn(21_000);
    expect(instance.state).toBe('reconnecting');
    expect(instance.error!.code).toBe('CONNECTION_LOST');
    expect(first.isClosed).toBe(true);
    expect(states.slice(0, 5)).toEqual(['live', 'stale', 'live', 'stale', 'reconnecting']);
    instance.close();
  });

  it('measures how long an answer takes', async () => {
    const session = new ScriptedSession();
    const { clock, instance } = lab(session);
    instance.start();
    await settle();
    await clock.turn(12);
    session.last('ping').answer({ at: 0 });
    await settle();
    expect(instance.latencyMs).toBe(12);
    instance.close();
  });

  it.each([
    ['KEY_REFUSED', 'refused'],
    ['HOST_KEY_CHANGED', 'host-key-changed'],
    ['HOST_KEY_UNKNOWN', 'host-key-unknown'],
    ['GONE', 'gone'],
  ] as const)('after %s it is %s, and tries again only when asked', async (code, state) => {
    const error = new PerchError(code, 'no');
    const session = new ScriptedSession();
    const { clock, instance, triedAt } = lab(error, session);
    instance.start();
    await clock.turn(120_000);
    expect(instance.state).toBe(state);
    expect(instance.error).toBe(error);
    expect(instance.retryAt).toBeNull();
    expect(triedAt).toHaveLength(1);
    await expect(instance.call('ping', {})).rejects.toBe(error);
    instance.retry();
    await settle();
    expect(instance.state).toBe('connecting');
    expect(triedAt).toHaveLength(2);
    instance.close();
  });

  it('looks every 2 s whether its tunnel is on', async () => {
    const { clock, instance, triedAt } = lab(
      new PerchError('TUNNEL_OFF', 'off'),
      new PerchError('TUNNEL_OFF', 'off'),
    );
    instance.start();
    await clock.turn(3999);
    expect(instance.state).toBe('tunnel-off');
    expect(triedAt).toEqual([0, 2000]);
    instance.close();
  });

  it('does not wait out the back-off when asked to try now', async () => {
    const { clock, instance, triedAt } = lab();
    instance.start();
    await clock.turn(250 + 500 + 1000 + 1);
    expect(triedAt).toHaveLength(4);
    instance.retry();
    await settle();
    expect(triedAt).toHaveLength(5);
    expect(instance.retryAt).toBe(clock.now() + 250);
    instance.close();
  });

  it('is refused where the key may not observe', async () => {
    const session = new ScriptedSession();
    const { instance } = lab(session);
    instance.start();
    await settle();
    session.last('watch-tree').refuse(new PerchError('CAPABILITY_MISSING', 'observe is missing'));
    await settle();
    expect(instance.state).toBe('refused');
    instance.close();
  });

  it('closes for good', async () => {
    const session = new ScriptedSession();
    const { clock, instance, states, triedAt } = lab(session);
    instance.start();
    await settle();
    session.last('watch-tree').event({ snapshot: snapshotOf([nodeOf('a')]) });
    instance.close();
    await clock.turn(60_000);
    expect(states).toEqual(['live', 'closed']);
    expect(session.isClosed).toBe(true);
    expect(triedAt).toHaveLength(1);
  });
});
