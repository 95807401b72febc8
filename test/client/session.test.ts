import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { TRUSTED } from '../../agent/hub/arming.ts';
import { type Handlers, serveSession } from '../../agent/hub/session.ts';
import { speak } from '../../client/session.ts';
import { PerchError } from '../../protocol/errors.ts';
import { encodeFrame, FrameReader } from '../../protocol/framing.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { scriptedHandlers } from '../support/scripted-handlers.ts';

const lost = () => new PerchError('CONNECTION_LOST', 'the line went dead');

/** The calling half over an agent's serving half, greeted. */
async function withAgent(handlers: Partial<Handlers>) {
  const [ours, theirs] = duplexPair();
  const author = { key: 'k', name: 'n' };
  serveSession(
    theirs,
    { author, capabilities: ['observe', 'inspect', 'control'] },
    scriptedHandlers(handlers),
    { arming: TRUSTED },
  );
  const spoken = speak(ours, lost);
  await spoken.caller.call('hello', { protocol: PROTOCOL_VERSION, client: 'test' });
  return { ...spoken, ours, theirs };
}

/** The calling half over a peer that answers with what the test writes. */
function withPeer() {
  const [ours, peer] = duplexPair();
  const received: unknown[] = [];
  const reader = new FrameReader(1 << 20);
  peer.on('data', (chunk: Uint8Array) => received.push(...reader.push(chunk)));
  return { ...speak(ours, lost), peer, received };
}

const says = (peer: Duplex, frame: unknown) => peer.write(encodeFrame(frame));

describe('with an agent', () => {
  test('answers come to their calls, in whatever order they are given', async () => {
    const answers: (() => void)[] = [];
    const node: Handlers['node'] = ({ node }) =>
      new Promise((resolve) => answers.unshift(() => resolve({ id: node } as never)));
    const { caller } = await withAgent({ node });
    const [one, two] = [caller.call('node', { node: '1' }), caller.call('node', { node: '2' })];
    await caller.call('ping', {});
    for (const answer of answers) answer();
    expect([(await one).id, (await two).id]).toEqual(['1', '2']);
  });

  test('a watch hands on its events until it is cancelled, here and at the agent', async () => {
    let atAgent: AbortSignal | undefined;
    const watch: Handlers['watch-ledger'] = (_, { emit, signal }) => {
      atAgent = signal;
      for (let firstSeq = 1; firstSeq <= 3; firstSeq++) emit({ epoch: 'e', events: [], firstSeq });
      return new Promise(() => {});
    };
    const { caller } = await withAgent({ 'watch-ledger': watch });
    const seen: number[] = [];
    const abort = new AbortController();
    const watching = caller.call(
      'watch-ledger',
      {},
      {
        signal: abort.signal,
        onEvent: ({ firstSeq }) => {
          seen.push(firstSeq);
          if (firstSeq === 3) abort.abort();
        },
      },
    );
    await expect(watching).resolves.toBeNull();
    expect(seen).toEqual([1, 2, 3]);
    await caller.call('ping', {});
    expect(atAgent?.aborted).toBe(true);
  });

  test('a cancelled call is CANCELLED here at once, and at the agent', async () => {
    let atAgent: AbortSignal | undefined;
    const { caller } = await withAgent({
      stack: (_, { signal }) => {
        atAgent = signal;
        return new Promise(() => {});
      },
    });
    const abort = new AbortController();
    const stack = caller.call('stack', { node: '1' }, { signal: abort.signal });
    await caller.call('ping', {});
    abort.abort();
    await expect(stack).rejects.toMatchObject({ code: 'CANCELLED' });
    await caller.call('ping', {});
    expect(atAgent?.aborted).toBe(true);
  });

  test("the agent's errors arrive with code, message and facts", async () => {
    const { caller } = await withAgent({
      node: () => {
        throw new PerchError('GONE', 'it ended', { successor: '1.0.2' });
      },
    });
    const error = await caller.call('node', { node: '1.0.1' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(PerchError);
    expect(error).toMatchObject({ code: 'GONE', message: 'it ended', facts: { successor: '1.0.2' } });
  });

  test('the end of the stream rejects what is under way, and everything later', async () => {
    const { caller, closed, theirs } = await withAgent({ stack: () => new Promise(() => {}) });
    const stack = caller.call('stack', { node: '1' });
    theirs.end();
    await expect(stack).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(await closed).toMatchObject({ code: 'CONNECTION_LOST', message: 'the line went dead' });
    await expect(caller.call('ping', {})).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});

describe('with a peer that misbehaves', () => {
  test('silence is TIMEOUT, and the agent is told to stop', async () => {
    const { caller, received } = withPeer();
    await expect(caller.call('ping', {}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await new Promise(setImmediate);
    expect(received).toEqual([
      { t: 'call', id: 1, name: 'ping', args: {} },
      { t: 'cancel', id: 1 },
    ]);
  });

  test('an error of the whole session ends it with that error', async () => {
    const { caller, closed, peer } = withPeer();
    const ping = caller.call('ping', {});
    says(peer, { t: 'error', id: 0, error: { code: 'BUSY', message: 'full', facts: { max: 32 } } });
    await expect(ping).rejects.toMatchObject({ code: 'BUSY', facts: { max: 32 } });
    expect((await closed).code).toBe('BUSY');
  });

  test.each([
    ['no JSON', Buffer.from([0, 0, 0, 1, 0x7b]), 'BAD_FRAME'],
    ['a line of text', Buffer.from('Welcome to Debian\n'), 'FRAME_TOO_LARGE'],
    ['no answer', encodeFrame({ t: 'call', id: 1 }), 'BAD_FRAME'],
    ['null', encodeFrame(null), 'BAD_FRAME'],
    ['a number', encodeFrame(1), 'BAD_FRAME'],
  ])('%s ends the session with a coded error', async (_, bytes, code) => {
    const { caller, closed, peer } = withPeer();
    const ping = caller.call('ping', {});
    peer.write(bytes);
    await expect(ping).rejects.toMatchObject({ code });
    expect((await closed).code).toBe(code);
  });

  test('answers to nothing are dropped', async () => {
    const { caller, peer } = withPeer();
    says(peer, { t: 'result', id: 99, value: 1 });
    const ping = caller.call('ping', {});
    says(peer, { t: 'event', id: 1, value: 1 });
    says(peer, { t: 'result', id: 1, value: { at: 5 } });
    await expect(ping).resolves.toEqual({ at: 5 });
  });

  test('an error code that this side does not know keeps its words', async () => {
    const { caller, peer } = withPeer();
    const ping = caller.call('ping', {});
    says(peer, { t: 'error', id: 1, error: { code: 'FROM_THE_FUTURE', message: 'later', facts: {} } });
    await expect(ping).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'later',
      facts: { code: 'FROM_THE_FUTURE' },
    });
  });

  test('a stream that throws when written to leaves the call to its deadline or its end', async () => {
    const [ours] = duplexPair();
    ours.write = () => {
      throw new Error('no longer usable');
    };
    const { caller } = speak(ours, lost);
    const ping = caller.call('ping', {});
    ours.destroy();
    await expect(ping).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
