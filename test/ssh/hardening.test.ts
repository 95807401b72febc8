import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, test } from 'vitest';
import type { CallContext, Handlers } from '../../agent/hub/session.ts';
import type { Session } from '../../client/session.ts';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { encodeFrame } from '../../protocol/framing.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { codeOf, FramePeer } from '../support/frame-peer.ts';
import { type ScriptedAgent, startScriptedAgent } from '../support/scripted-agent.ts';

const sockets: net.Socket[] = [];
const clients: ssh2.Client[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const client of clients.splice(0)) client.end();
});

/** A bare connection; `closed` resolves with how long it lasted, in milliseconds. */
async function dial(agent: ScriptedAgent): Promise<{ socket: net.Socket; closed: Promise<number> }> {
  const socket = net.connect(agent.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.resume();
  const closed = new Promise<number>((resolve) =>
    socket.once('close', () => resolve(performance.now() - since)),
  );
  await once(socket, 'connect');
  const since = performance.now();
  return { socket, closed };
}

/** ssh2's client, logged in as ada, for what the client of Perch would never do. */
async function logIn(agent: ScriptedAgent, sock?: net.Socket): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  clients.push(client);
  client.on('error', () => {});
  client.connect({
    host: '127.0.0.1',
    port: agent.port,
    sock,
    username: 'ada',
    privateKey: agent.ada.privateKey,
    readyTimeout: 0,
  });
  await once(client, 'ready');
  return client;
}

function subsystem(client: ssh2.Client): Promise<ssh2.ClientChannel> {
  return new Promise((resolve, reject) => {
    client.subsys('perch', (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** An agent whose watches never end, and show their contexts. */
async function startWatched() {
  const contexts: CallContext<'watch-tree'>[] = [];
  const watch: Handlers['watch-tree'] = (_, context) => {
    contexts.push(context);
    return new Promise<null>(() => {});
  };
  return { agent: await startScriptedAgent({ handlers: { 'watch-tree': watch } }), contexts };
}

/** The agent sees the end of a connection a moment after this side, and refuses until then. */
async function openOnceThereIsRoom(agent: ScriptedAgent): Promise<Session> {
  const deadline = performance.now() + LIMITS.loginMs / 2;
  for (;;) {
    try {
      return await agent.open();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

describe('before the login', () => {
  test('fifty connections that say nothing, or little, are gone by the deadline; then a login works', async () => {
    const agent = await startScriptedAgent();
    const begun = performance.now();
    const half = await Promise.all(Array.from({ length: 50 }, () => dial(agent)));
    half.forEach(({ socket }, index) => {
      // A third is silent, a third gives its name, a third goes on letter by letter.
      if (index % 3 === 1) socket.write('SSH-2.0-slow\r\n');
      if (index % 3 === 2) {
        const drip = setInterval(() => socket.write('S'), 200);
        socket.once('close', () => clearInterval(drip));
      }
    });
    const refusal = agent.open();
    await expect(refusal).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    const lasted = await Promise.all(half.map(({ closed }) => closed));
    expect(performance.now() - begun).toBeLessThan(LIMITS.loginMs + 3000);
    // All but as many as may be half open were closed at once.
    expect(lasted.filter((ms) => ms < LIMITS.loginMs / 2).length).toBeGreaterThanOrEqual(
      50 - LIMITS.maxHalfOpen,
    );
    const session = await agent.open();
    await expect(session.call('ping', {})).resolves.toEqual({ at: 1 });
  });

  test('one more half-open connection than may be is closed at once; the local socket is not part of it', async () => {
    const agent = await startScriptedAgent();
    const half: { socket: net.Socket; closed: Promise<number> }[] = [];
    for (let count = 0; count < LIMITS.maxHalfOpen; count++) half.push(await dial(agent));
    const { closed } = await dial(agent);
    expect(await closed).toBeLessThan(LIMITS.loginMs / 2);
    const local = { kind: 'unix', path: agent.local } as const;
    (await agent.open({ address: local, login: 'none', hostKey: { kind: 'any' } })).close();
    half[0]!.socket.destroy();
    await half[0]!.closed;
    (await openOnceThereIsRoom(agent)).close();
  });

  test('garbage in any form ends its connection alone', async () => {
    const agent = await startScriptedAgent();
    const session = await agent.open();
    const garbage = [
      randomBytes(2000),
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Buffer.from(`SSH-2.0-x\r\n${'\xff'.repeat(3000)}`, 'latin1'),
      Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.from([0xff, 0xff, 0xff, 0xff]), randomBytes(500)]),
      Buffer.from('no end to this line '.repeat(5000)),
      Buffer.from('SSH-1.5-ancient\r\n'),
    ];
    for (const bytes of garbage) {
      const { socket, closed } = await dial(agent);
      socket.write(bytes);
      socket.end();
      await closed;
    }
    for (let round = 0; round < 30; round++) {
      const { socket, closed } = await dial(agent);
      socket.write('SSH-2.0-fuzz\r\n');
      socket.end(randomBytes(1 + round * 37));
      await closed;
    }
    await expect(session.call('ping', {})).resolves.toEqual({ at: 1 });
    (await agent.open()).close();
  });

  test('a peer that tries key after key is cut off', async () => {
    const agent = await startScriptedAgent();
    const tries = LIMITS.maxLoginTries + 5;
    let tried = 0;
    const client = new ssh2.Client();
    clients.push(client);
    const ended = new Promise<void>((resolve) => {
      client.on('error', () => {});
      client.on('close', () => resolve());
    });
    client.connect({
      host: '127.0.0.1',
      port: agent.port,
      username: 'eve',
      authHandler: (_left, _partial, next) => {
        if (tried === tries) return next(false as never);
        tried++;
        next({ type: 'publickey', username: 'eve', key: newKeyPair('eve').privateKey });
      },
    });
    await ended;
    expect(tried).toBeLessThan(tries);
  });
});

describe('after the login', () => {
  test('frames that are none end the session with a coded error; the next session works', async () => {
    const agent = await startScriptedAgent();
    const client = await logIn(agent);
    const peer = new FramePeer(await subsystem(client));
    await peer.hello();
    peer.stream.write(randomBytes(4096).fill(0xff, 0, 4));
    expect(codeOf(await peer.next())).toBe('FRAME_TOO_LARGE');
    await peer.ended;
    const second = new FramePeer(await subsystem(client));
    expect((await second.hello()).t).toBe('result');
    expect(codeOf(await second.call(2, 'evaluate', { code: '1' }))).toBe('UNKNOWN_CALL');
  });

  test('a connection has a few channels, and a closed one makes room', async () => {
    const agent = await startScriptedAgent();
    const client = await logIn(agent);
    const channels: ssh2.ClientChannel[] = [];
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    for (let count = 0; count < LIMITS.maxChannels; count++) channels.push(await subsystem(client));
    await expect(subsystem(client)).rejects.toThrow('open failure');
    const first = channels[0]!;
    first.resume();
    first.end();
    await once(first, 'close');
    await expect(subsystem(client)).resolves.toBeDefined();
    process.off('warning', onWarning);
    // A warning of Node's would stand on the service's stderr.
    expect(warnings).toEqual([]);
  });

  test('one connection too many is told BUSY, and does not stay', async () => {
    const agent = await startScriptedAgent();
    for (let count = 0; count < LIMITS.maxSessions; count++) await logIn(agent);
    await expect(agent.open()).rejects.toMatchObject({ code: 'BUSY' });
    const extra = await logIn(agent);
    await once(extra, 'close');
    const first = clients[0]!;
    first.end();
    await once(first, 'close');
    (await openOnceThereIsRoom(agent)).close();
  });

  test('a connection cut in the middle of answers leaves nothing behind', async () => {
    const { agent, contexts } = await startWatched();
    const client = await logIn(agent);
    const peer = new FramePeer(await subsystem(client));
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-tree', args: {} });
    await peer.call(3, 'ping');
    const aborted = once(contexts[0]!.signal, 'abort');
    for (let count = 0; count < 100; count++) contexts[0]!.emit('x'.repeat(50_000) as never);
    client.destroy();
    await aborted;
    contexts[0]!.emit('nobody' as never);
    await contexts[0]!.drained();
    (await agent.open()).close();
  });

  test('broken ssh after the login ends the session at once, though the peer does not hang up', async () => {
    const { agent, contexts } = await startWatched();
    // Stays on its half of the connection, whatever the agent does with the other.
    const socket = net.connect({ port: agent.port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    const client = await logIn(agent, socket);
    const peer = new FramePeer(await subsystem(client));
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-tree', args: {} });
    await peer.call(3, 'ping');
    const aborted = once(contexts[0]!.signal, 'abort');
    socket.write(randomBytes(256).fill(0xff, 0, 4));
    await aborted;
    (await agent.open()).close();
  });

  test('a watcher that does not read holds a bounded queue, and is told of it', async () => {
    const { agent, contexts } = await startWatched();
    const client = await logIn(agent);
    const peer = new FramePeer(await subsystem(client));
    await peer.hello();
    peer.send({ t: 'call', id: 2, name: 'watch-tree', args: {} });
    await peer.call(3, 'ping');
    peer.stream.pause();
    const { emit, queuedBytes, drained } = contexts[0]!;
    let sent = 0;
    while (queuedBytes() <= LIMITS.maxQueuedBytes && sent < 100) {
      emit('x'.repeat(500_000) as never);
      sent++;
      await new Promise(setImmediate);
    }
    expect(sent).toBeLessThan(100);
    const caughtUp = drained();
    peer.stream.resume();
    await caughtUp;
    expect(queuedBytes()).toBe(0);
  });

  test('a round trip does not wait for delayed acknowledgements (Nagle)', async () => {
    const agent = await startScriptedAgent();
    const session = await agent.open();
    const tookMs: number[] = [];
    for (let round = 0; round < 60; round++) {
      const begun = performance.now();
      await session.call('ping', {});
      tookMs.push(performance.now() - begun);
    }
    tookMs.sort((a, b) => a - b);
    // With the algorithm on, either way, the median is 40 ms or more; without it, below 1 ms.
    expect(tookMs[30]).toBeLessThan(20);
  });
});

test('an encoded frame keeps its bytes through a channel whatever their number', async () => {
  const sizes = [0, 1, 32_763, 32_764, 32_768, 65_536, 2 * 1024 * 1024, 3 * 1024 * 1024 + 7];
  const agent = await startScriptedAgent({
    handlers: { ledger: ({ since }) => 'y'.repeat(since!) as never },
  });
  const session = await agent.open();
  for (const since of sizes) {
    expect((await session.call('ledger', { since })) as unknown).toBe('y'.repeat(since));
  }
  expect(encodeFrame('').length).toBe(6);
});
