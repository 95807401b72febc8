import { duplexPair, PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Armings, TRUSTED } from '../../agent/hub/arming.ts';
import { type CallContext, type Handlers, type Login, serveSession } from '../../agent/hub/session.ts';
import { PerchError } from '../../protocol/errors.ts';
import { encodeFrame } from '../../protocol/framing.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { codeOf, FramePeer } from '../support/frame-peer.ts';
import { scriptedHandlers } from '../support/scripted-handlers.ts';

const ada: Login = {
  author: { key: 'SHA256:ada', name: 'ada' },
  capabilities: ['observe', 'inspect', 'control'],
};

function serve(
  scripted: Partial<Handlers> = {},
  login = ada,
  onRefused?: (refusal: unknown) => void,
  arming = TRUSTED,
) {
  const [ours, theirs] = duplexPair();
  let closes = 0;
  const closed = new Promise<void>((resolve) => {
    serveSession(ours, login, scriptedHandlers(scripted), {
      arming,
      onRefused,
      onClose: () => {
        closes++;
        resolve();
      },
    });
  });
  return { peer: new FramePeer(theirs), ours, closed, closes: () => closes };
}

/** A handler that never settles by itself, and shows its context. */
function pending() {
  const contexts: CallContext<never>[] = [];
  const handler = (_: unknown, context: unknown) => {
    contexts.push(context as CallContext<never>);
    return new Promise<never>(() => {});
  };
  return { contexts, handler };
}

describe('the greeting', () => {
  test('hello names what the login may do; then calls are answered', async () => {
    const { peer } = serve();
    expect(await peer.hello()).toMatchObject({
      t: 'result',
      value: { protocol: PROTOCOL_VERSION, key: 'SHA256:ada', capabilities: ada.capabilities },
    });
    expect(await peer.call(2, 'ping')).toEqual({ t: 'result', id: 2, value: { at: 1 } });
  });

  test('any other first call is refused, and the session ends', async () => {
    const { peer } = serve();
    expect(codeOf(await peer.call(1, 'ping'))).toBe('BAD_CALL');
    await peer.ended;
  });

  test('another protocol is VERSION_SKEW with both versions, even where its hello has another shape', async () => {
    const { peer } = serve();
    const frame = await peer.call(1, 'hello', { protocol: PROTOCOL_VERSION + 1, greeting: 'new' });
    expect(frame).toMatchObject({
      t: 'error',
      error: {
        code: 'VERSION_SKEW',
        facts: { agent: PROTOCOL_VERSION, client: PROTOCOL_VERSION + 1 },
      },
    });
    await peer.ended;
  });

  test('calls may follow hello without waiting for its answer', async () => {
    const { peer } = serve();
    const [hello, ping] = await Promise.all([peer.hello(1), peer.call(2, 'ping')]);
    expect([hello.t, ping.t]).toEqual(['result', 'result']);
  });
});

describe('what is refused', () => {
  test.each(['evaluate', 'constructor', '__proto__', 'toString'])('%s is no call', async (name) => {
    const { peer } = serve();
    await peer.hello();
    expect(codeOf(await peer.call(2, name))).toBe('UNKNOWN_CALL');
    expect((await peer.call(3, 'ping')).t).toBe('result');
  });

  test('bad arguments name the place', async () => {
    const { peer } = serve();
    await peer.hello();
    const frame = await peer.call(2, 'state', { node: '1', depth: 'deep' });
    expect(frame).toMatchObject({ t: 'error', error: { code: 'BAD_CALL', facts: { at: 'depth' } } });
    expect(codeOf(await peer.call(3, 'node', { node: '1', extra: 1 }))).toBe('BAD_CALL');
    expect(codeOf(await peer.call(4, 'node', null))).toBe('BAD_CALL');
  });

  test('without the capability the handler is not reached, and the refusal is told', async () => {
    const refusals: unknown[] = [];
    let reached = false;
    const login: Login = { ...ada, capabilities: ['observe', 'inspect'] };
    const act = () => {
      reached = true;
      throw new Error('reached');
    };
    const { peer } = serve({ act }, login, (refusal) => refusals.push(refusal));
    await peer.hello();
    const args = { act: 'kill', call: 'c1', node: '1.0.1', epoch: 'e', reason: 'because' };
    const frame = await peer.call(2, 'act', args);
    expect(frame).toMatchObject({
      error: { code: 'CAPABILITY_MISSING', facts: { needed: 'control', granted: ['observe', 'inspect'] } },
    });
    expect(reached).toBe(false);
    expect(refusals).toMatchObject([{ login, name: 'act', args }]);
  });

  test('a session is read-only until it is armed: the handler is not reached, and the refusal is told', async () => {
    const refusals: { error: PerchError }[] = [];
    const asked: unknown[] = [];
    const armings = new Armings({
      armed: () => {},
      disarmed: () => {},
      isKnownCall: (call) => call === 'known',
    });
    const session = armings.session(ada.author);
    const act = (args: unknown) => {
      asked.push(args);
      throw new PerchError('GONE', 'reached');
    };
    const { peer, closed } = serve({ act }, ada, (refusal) => refusals.push(refusal as never), session);
    await peer.hello();
    const args = { act: 'kill', call: 'c1', node: '1.0.1', epoch: 'e', reason: 'because' };
    expect(codeOf(await peer.call(2, 'act', args))).toBe('NOT_ARMED');
    expect(refusals).toMatchObject([{ name: 'act', args, error: { code: 'NOT_ARMED' } }]);
    // What became of an earlier call is given without it.
    expect(codeOf(await peer.call(3, 'act', { ...args, call: 'known' }))).toBe('GONE');
    session.arm('a test', 60_000);
    expect(codeOf(await peer.call(4, 'act', args))).toBe('GONE');
    session.disarm();
    expect(codeOf(await peer.call(5, 'act', args))).toBe('NOT_ARMED');
    expect(asked).toHaveLength(2);
    session.arm('a test', 60_000);
    expect(armings.all).toHaveLength(1);
    peer.stream.end();
    await closed;
    expect(armings.all).toEqual([]);
  });

  test('one call too many at once is BUSY, and one that was given up but still runs counts', async () => {
    const { contexts, handler } = pending();
    const { peer } = serve({ stack: handler });
    await peer.hello();
    for (let id = 2; id < 2 + LIMITS.maxCallsAtOnce; id++) {
      peer.send({ t: 'call', id, name: 'stack', args: { node: '1' } });
    }
    peer.send({ t: 'cancel', id: 2 });
    expect(codeOf(await peer.answer(2))).toBe('CANCELLED');
    expect(codeOf(await peer.call(1000, 'ping'))).toBe('BUSY');
    expect(contexts).toHaveLength(LIMITS.maxCallsAtOnce);
  });
});

describe('garbage', () => {
  test.each([
    ['no JSON', Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('no!')]), 'BAD_FRAME'],
    ['no UTF-8', Buffer.from([0, 0, 0, 2, 0xff, 0xfe]), 'BAD_FRAME'],
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'FRAME_TOO_LARGE'],
    ['a header of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff]), 'FRAME_TOO_LARGE'],
    ['no object', encodeFrame(7), 'BAD_FRAME'],
    ['null', encodeFrame(null), 'BAD_FRAME'],
    ['no known type', encodeFrame({ t: 'result', id: 1, value: 1 }), 'BAD_FRAME'],
    ['an id that is none', encodeFrame({ t: 'call', id: '1', name: 'ping', args: {} }), 'BAD_FRAME'],
    ['id 0', encodeFrame({ t: 'call', id: 0, name: 'ping', args: {} }), 'BAD_FRAME'],
  ])('%s ends the session with a coded error', async (_, bytes, code) => {
    for (const isGreeted of [false, true]) {
      const { peer, closed } = serve();
      if (isGreeted) await peer.hello();
      peer.stream.write(bytes);
      const frame = await peer.next();
      expect([frame.id, codeOf(frame)]).toEqual([0, code]);
      await peer.ended;
      peer.stream.end();
      await closed;
    }
  });

  test('a call larger than a call may be is refused from its header alone', async () => {
    const { peer } = serve();
    const header = Buffer.alloc(4);
    header.writeUInt32BE(LIMITS.maxCallBytes + 1);
    peer.stream.write(header);
    expect(codeOf(await peer.next())).toBe('FRAME_TOO_LARGE');
  });

  test('an id that is under way already ends the session', async () => {
    const { peer } = serve({ stack: pending().handler });
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'stack', args: { node: '1' } });
    peer.send({ t: 'call', id: 2, name: 'ping', args: {} });
    expect(codeOf(await peer.next())).toBe('BAD_FRAME');
    await peer.ended;
  });

  test('what follows garbage is not looked at', async () => {
    let pings = 0;
    const ping = () => ({ at: ++pings });
    const { peer } = serve({ ping });
    await peer.hello();
    peer.stream.write(encodeFrame([]));
    peer.send({ t: 'call', id: 2, name: 'ping', args: {} });
    await peer.ended;
    expect(pings).toBe(0);
  });
});

describe('the end of a call', () => {
  test('cancelled: the handler hears of it, the client at once', async () => {
    const { contexts, handler } = pending();
    const { peer } = serve({ stack: handler });
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'stack', args: { node: '1' } });
    peer.send({ t: 'cancel', id: 2 });
    expect(codeOf(await peer.answer(2))).toBe('CANCELLED');
    expect(contexts[0]!.signal.aborted).toBe(true);
    expect((contexts[0]!.signal.reason as PerchError).code).toBe('CANCELLED');
  });

  test('cancelling the wait for an act says that the act goes on', async () => {
    const { peer } = serve({ act: pending().handler });
    await peer.hello();
    const args = { act: 'kill', call: 'c', node: '1', epoch: 'e', reason: 'r' };
    peer.send({ t: 'call', id: 2, name: 'act', args });
    peer.send({ t: 'cancel', id: 2 });
    expect(await peer.answer(2)).toMatchObject({ error: { message: expect.stringContaining('goes on') } });
  });

  test('a cancelled watch ends with null, and its late events are dropped', async () => {
    const { contexts, handler } = pending();
    const { peer } = serve({ 'watch-ledger': handler });
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-ledger', args: {} });
    peer.send({ t: 'cancel', id: 2 });
    expect(await peer.answer(2)).toEqual({ t: 'result', id: 2, value: null });
    contexts[0]!.emit('late' as never);
    peer.send({ t: 'call', id: 3, name: 'ping', args: {} });
    expect(await peer.next()).toMatchObject({ id: 3 });
  });

  test('a cancel for nothing is nothing', async () => {
    const { peer } = serve();
    await peer.hello();
    peer.send({ t: 'cancel', id: 77 });
    expect((await peer.call(2, 'ping')).t).toBe('result');
  });

  test('late: TIMEOUT a moment after its own deadline, and the handler hears of it', async () => {
    const { contexts, handler } = pending();
    const { peer } = serve({ stack: handler });
    await peer.hello();
    const before = performance.now();
    expect(codeOf(await peer.call(2, 'stack', { node: '1', timeoutMs: 30 }))).toBe('TIMEOUT');
    const tookMs = performance.now() - before;
    expect(tookMs).toBeGreaterThan(30 + LIMITS.lateAnswerMs - 5);
    expect(tookMs).toBeLessThan(LIMITS.callMs / 2);
    expect((contexts[0]!.signal.reason as PerchError).code).toBe('TIMEOUT');
  });

  test('a handler may still answer at the deadline with what it has', async () => {
    const stack: Handlers['stack'] = async ({ node, timeoutMs }) => {
      // Time must pass: it is the deadline that is answered at.
      await new Promise((resolve) => setTimeout(resolve, timeoutMs));
      return { node, blocked: true, blockedMs: null, frames: [], native: null };
    };
    const { peer } = serve({ stack });
    await peer.hello();
    expect((await peer.call(2, 'stack', { node: '1', timeoutMs: 20 })).t).toBe('result');
  });

  test("a handler's error keeps its code and facts; a stranger's is INTERNAL, without its stack", async () => {
    const { peer } = serve({
      node: () => {
        throw new PerchError('NO_SUCH_NODE', 'none', { node: '9' });
      },
      ledger: () => {
        throw new TypeError('oops');
      },
    });
    await peer.hello();
    expect(await peer.call(2, 'node', { node: '9' })).toMatchObject({
      error: { code: 'NO_SUCH_NODE', facts: { node: '9' } },
    });
    expect(await peer.call(3, 'ledger')).toEqual({
      t: 'error',
      id: 3,
      error: { code: 'INTERNAL', message: 'oops', facts: {} },
    });
  });

  test('an answer that is no JSON, or larger than a frame, is an error in its place', async () => {
    const { peer } = serve({
      ledger: () => ({ epoch: 1n }) as never,
      audit: () => 'x'.repeat(LIMITS.maxFrameBytes) as never,
    });
    await peer.hello();
    expect(codeOf(await peer.call(2, 'ledger'))).toBe('INTERNAL');
    expect(codeOf(await peer.call(3, 'audit'))).toBe('FRAME_TOO_LARGE');
  });
});

describe('a slow client', () => {
  test('a watch sees what waits, and when it has gone', async () => {
    const { contexts, handler } = pending();
    const { peer } = serve({ 'watch-tree': handler });
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-tree', args: {} });
    peer.send({ t: 'call', id: 3, name: 'ping', args: {} });
    await peer.answer(3);
    const { emit, queuedBytes, drained } = contexts[0]!;
    await drained();
    expect(queuedBytes()).toBe(0);
    peer.stream.pause();
    const event = 'x'.repeat(100_000) as never;
    while (queuedBytes() <= LIMITS.maxQueuedBytes) emit(event);
    let isDrained = false;
    const gone = drained().then(() => {
      isDrained = true;
    });
    await new Promise(setImmediate);
    expect(isDrained).toBe(false);
    peer.stream.resume();
    await gone;
    expect(queuedBytes()).toBe(0);
  });

  test('what the socket beneath still holds counts as waiting', async () => {
    const { contexts, handler } = pending();
    const [ours, theirs] = duplexPair();
    const held: (() => void)[] = [];
    const transport = new Writable({ write: (_chunk, _encoding, done) => held.push(done) });
    const handlers = scriptedHandlers({ 'watch-tree': handler });
    serveSession(Object.assign(ours, { transport }), ada, handlers, { arming: TRUSTED });
    const peer = new FramePeer(theirs);
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-tree', args: {} });
    await peer.call(3, 'ping');
    const { queuedBytes, drained } = contexts[0]!;
    await drained();
    transport.write('x'.repeat(1000));
    expect(queuedBytes()).toBe(1000);
    let isDrained = false;
    const gone = drained().then(() => {
      isDrained = true;
    });
    await new Promise(setImmediate);
    expect(isDrained).toBe(false);
    held.shift()!();
    await new Promise(setImmediate);
    held.shift()!();
    await gone;
  });

  test('calls are not read faster than answers are taken, so that the queue stays bounded', async () => {
    let calls = 0;
    const ledger = () => {
      calls++;
      return { filler: 'x'.repeat(200_000) } as never;
    };
    const { peer } = serve({ ledger });
    await peer.hello();
    peer.stream.pause();
    const many = 200;
    for (let id = 2; id < 2 + many; id++) {
      peer.send({ t: 'call', id, name: 'ledger', args: {} });
      await new Promise(setImmediate);
    }
    expect(calls).toBeLessThan(many / 2);
    peer.stream.resume();
    for (let id = 2; id < 2 + many; id++) await peer.answer(id);
  });

  test('one that takes nothing at all is let go', async () => {
    const { contexts, handler } = pending();
    const { peer, closed } = serve({ 'watch-tree': handler });
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-tree', args: {} });
    await peer.call(3, 'ping');
    peer.stream.pause();
    const event = 'x'.repeat(4_000_000) as never;
    for (let megabytes = 0; megabytes < 48; megabytes += 4) contexts[0]!.emit(event);
    await closed;
    expect(contexts[0]!.signal.aborted).toBe(true);
  });
});

describe('the end of a session', () => {
  test('a client that sends no more gets the answers under way, then the end; watches end', async () => {
    const { contexts, handler } = pending();
    let answer!: (value: never) => void;
    const node = () =>
      new Promise<never>((resolve) => {
        answer = resolve;
      });
    const { peer } = serve({ 'watch-tree': handler, node });
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-tree', args: {} });
    peer.send({ t: 'call', id: 3, name: 'node', args: { node: '1' } });
    peer.stream.end();
    expect(await peer.answer(2)).toMatchObject({ t: 'result', value: null });
    expect(contexts[0]!.signal.aborted).toBe(true);
    answer('the node' as never);
    expect(await peer.answer(3)).toMatchObject({ value: 'the node' });
    await peer.ended;
  });

  test('a connection that goes aborts what is under way, once', async () => {
    const { contexts, handler } = pending();
    const { peer, ours, closed, closes } = serve({ stack: handler });
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'stack', args: { node: '1' } });
    await peer.call(3, 'ping');
    ours.destroy(new Error('cut'));
    await closed;
    expect((contexts[0]!.signal.reason as PerchError).code).toBe('CONNECTION_LOST');
    contexts[0]!.emit('nobody' as never);
    await contexts[0]!.drained();
    expect(closes()).toBe(1);
  });

  test('a stream that throws when written to ends the session, and nothing else', async () => {
    const stream = new PassThrough();
    const closed = new Promise<void>((resolve) => {
      serveSession(stream, ada, scriptedHandlers(), { arming: TRUSTED, onClose: resolve });
    });
    stream.write = () => {
      throw new Error('no longer usable');
    };
    stream.push(encodeFrame({ t: 'call', id: 1, name: 'ping', args: {} }));
    await closed;
  });
});
