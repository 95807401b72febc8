import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import type { Login } from '../../agent/hub/session.ts';
import { openSession } from '../../client/session.ts';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { lockedKey } from '../support/locked-key.ts';
import { type ScriptedAgent, startScriptedAgent } from '../support/scripted-agent.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('who gets in', () => {
  test('a key with a line, as what the line says', async () => {
    const logins: Login[] = [];
    const agent = await startScriptedAgent({ onSession: (login) => logins.push(login) });
    const session = await agent.open();
    expect(session.hello).toMatchObject({
      key: agent.ada.fingerprint,
      capabilities: ['observe', 'inspect', 'control'],
    });
    expect(session.hostKey).toBe(agent.hostKey);
    expect(logins[0]?.author).toEqual({ key: agent.ada.fingerprint, name: 'ada@laptop' });
    session.close();
    expect((await session.closed).code).toBe('CONNECTION_LOST');
  });

  test('a locked key, once its passphrase was typed', async () => {
    const locked = lockedKey('correct');
    const agent = await startScriptedAgent({ config: { authorizedKeys: locked.public } });
    const session = await agent.open({ identity: locked.private, passphrase: async () => 'correct' });
    expect(session.hello.capabilities).toEqual(['observe']);
    await expect(agent.open({ identity: locked.private })).rejects.toMatchObject({
      code: 'PASSPHRASE_NEEDED',
    });
  });

  test('the same user on the local socket, without a key', async () => {
    const logins: Login[] = [];
    const agent = await startScriptedAgent({ onSession: (login) => logins.push(login) });
    const session = await agent.open({
      address: { kind: 'unix', path: agent.local },
      login: 'none',
      hostKey: { kind: 'any' },
    });
    expect(session.hello).toMatchObject({ key: 'local', capabilities: ['observe', 'inspect', 'control'] });
    expect(logins[0]?.author.key).toBe('local');
    expect(logins[0]?.author.name).not.toBe('');
  });

  test('a capability that the line does not grant is missing', async () => {
    const bob = newKeyPair('bob');
    const agent = await startScriptedAgent({ config: { authorizedKeys: bob.publicLine } });
    const session = await agent.open({ identity: bob.privateKey });
    await expect(session.call('state', { node: '1.0.1' })).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      facts: { needed: 'inspect', granted: ['observe'] },
    });
  });

  test('the keys are read anew at every login; who is taken out is out, who is not stays in', async () => {
    const file = path.join(temporaryFolder(), 'keys');
    const [bob, eve] = [newKeyPair('bob'), newKeyPair('eve')];
    writeFileSync(file, bob.publicLine);
    const agent = await startScriptedAgent({ config: { authorizedKeys: file } });
    const session = await agent.open({ identity: bob.privateKey });
    await expect(agent.open({ identity: eve.privateKey })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    writeFileSync(file, eve.publicLine);
    await expect(agent.open({ identity: bob.privateKey })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    (await agent.open({ identity: eve.privateKey })).close();
    expect((await session.closed).code).toBe('CONNECTION_LOST');
    const stays = await agent.open({ identity: eve.privateKey });
    const kept = newKeyPair('kept');
    writeFileSync(file, `${kept.publicLine}\n${eve.publicLine}`);
    const goes = await agent.open({ identity: kept.privateKey });
    writeFileSync(file, eve.publicLine);
    await goes.closed;
    await expect(stays.call('ping', {})).resolves.toEqual({ at: 1 });
    writeFileSync(file, `capabilities="observe,inspect" ${eve.publicLine}`);
    // What its line grants is another thing now: it logs in again for that.
    await stays.closed;
    expect((await agent.open({ identity: eve.privateKey })).hello.capabilities).toEqual([
      'observe',
      'inspect',
    ]);
  });

  test('a line lets in until its time, then its session ends; and from its addresses', async () => {
    const [ada, bob] = [newKeyPair('ada'), newKeyPair('bob')];
    const file = path.join(temporaryFolder(), 'keys');
    const stamp = (ms: number) => `${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
    const write = (expiry: string, from: string) =>
      writeFileSync(file, `expiry-time="${expiry}" ${ada.publicLine}\nfrom="${from}" ${bob.publicLine}`);
    write(stamp(Date.now() + 3000), '127.0.0.0/8');
    const agent = await startScriptedAgent({ config: { authorizedKeys: file } });
    const mine = await agent.open({ identity: ada.privateKey });
    const here = await agent.open({ identity: bob.privateKey });
    await mine.closed;
    await expect(agent.open({ identity: ada.privateKey })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    await expect(here.call('ping', {})).resolves.toEqual({ at: 1 });
    write(stamp(0), '*,!127.0.0.1');
    await here.closed;
    await expect(agent.open({ identity: bob.privateKey })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
  });
});

describe('who does not', () => {
  test('another key: the refusal holds the line to add', async () => {
    const agent = await startScriptedAgent();
    const eve = newKeyPair('eve@cafe');
    await expect(agent.open({ identity: eve.privateKey })).rejects.toMatchObject({
      code: 'KEY_REFUSED',
      message: expect.stringContaining(eve.publicLine),
      facts: { fingerprint: eve.fingerprint, publicKey: eve.publicLine },
    });
  });

  test('nobody without a key, neither by tcp nor by PERCH_LISTEN=unix:', async () => {
    const listen = path.join(temporaryFolder(), 'keys-wanted.sock');
    const agent = await startScriptedAgent({ config: { listen: ['127.0.0.1:0', `unix:${listen}`] } });
    await expect(agent.open({ login: 'none' })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    const address = { kind: 'unix', path: listen } as const;
    await expect(agent.open({ login: 'none', address })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    const session = await agent.open({ address });
    expect(session.hello.key).toBe(agent.ada.fingerprint);
  });

  test.each(['password', 'keyboard-interactive', 'hostbased'] as const)('%s', async (method) => {
    const agent = await startScriptedAgent();
    const key = agent.ada.privateKey;
    const ways = {
      password: { type: 'password', username: 'ada', password: '' },
      'keyboard-interactive': { type: 'keyboard-interactive', username: 'ada', prompt: () => {} },
      hostbased: { type: 'hostbased', username: 'ada', key, localHostname: 'a', localUsername: 'ada' },
    } as const;
    expect(await refusedWay(agent, ways[method])).toBe('client-authentication');
  });

  test('a signature by another key than the one that is shown', async () => {
    const agent = await startScriptedAgent();
    const [ada, eve] = [agent.ada, newKeyPair('eve')].map(({ privateKey }) => {
      const key = ssh2.utils.parseKey(privateKey);
      if (key instanceof Error) throw key;
      return key;
    });
    // Shows ada's public half, as anybody could, and signs with eve's private one.
    const forged = Object.create(ada!, { sign: { value: eve!.sign.bind(eve) } });
    expect(await refusedWay(agent, { type: 'publickey', username: 'ada', key: forged })).toBe(
      'client-authentication',
    );
  });

  test('no key at all is NO_IDENTITY before anything is sent, a broken one BAD_IDENTITY', async () => {
    const agent = await startScriptedAgent();
    await expect(agent.open({ identity: undefined })).rejects.toMatchObject({ code: 'NO_IDENTITY' });
    await expect(agent.open({ identity: 'no key' })).rejects.toMatchObject({ code: 'BAD_IDENTITY' });
  });
});

/** The level of ssh2's error when a login by this way alone is tried. */
function refusedWay(agent: ScriptedAgent, way: ssh2.AnyAuthMethod): Promise<string | undefined> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on('ready', () => {
      client.end();
      reject(new Error('it got in'));
    });
    client.on('error', (error) => {
      client.end();
      resolve(error.level);
    });
    client.connect({ host: '127.0.0.1', port: agent.port, username: 'ada', authHandler: [way] });
  });
}

describe('the host key', () => {
  test('another than the pinned one is loud, and nothing was logged in to', async () => {
    let logins = 0;
    const agent = await startScriptedAgent({ onSession: () => logins++ });
    const sha256 = newKeyPair('x').fingerprint;
    await expect(agent.open({ hostKey: { kind: 'pinned', sha256 } })).rejects.toMatchObject({
      code: 'HOST_KEY_CHANGED',
      facts: { fingerprint: agent.hostKey, expected: [sha256] },
    });
    expect(logins).toBe(0);
  });

  test('a host met for the first time is refused, naming its fingerprint', async () => {
    const agent = await startScriptedAgent();
    const file = path.join(agent.folder, 'known_hosts');
    await expect(agent.open({ hostKey: { kind: 'known-hosts', file } })).rejects.toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      facts: { fingerprint: agent.hostKey },
    });
    expect(existsSync(file)).toBe(false);
  });

  test('a person may confirm it, in their own time; it is known from then on', async () => {
    const agent = await startScriptedAgent();
    const file = path.join(agent.folder, 'known_hosts');
    const asked: string[] = [];
    const confirm = (answer: boolean) => async (fingerprint: string) => {
      asked.push(fingerprint);
      return answer;
    };
    const no = agent.open({ hostKey: { kind: 'known-hosts', file, confirm: confirm(false) } });
    await expect(no).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' });
    expect(existsSync(file)).toBe(false);
    (await agent.open({ hostKey: { kind: 'known-hosts', file, confirm: confirm(true) } })).close();
    (await agent.open({ hostKey: { kind: 'known-hosts', file } })).close();
    expect(asked).toEqual([agent.hostKey, agent.hostKey]);
    expect(readFileSync(file, 'utf8')).toContain(`[127.0.0.1]:${agent.port} ssh-ed25519 `);
  });

  test('a host whose key is another than the known one is refused, asked or not', async () => {
    const agent = await startScriptedAgent();
    const file = path.join(agent.folder, 'known_hosts');
    writeFileSync(file, `[127.0.0.1]:${agent.port} ${newKeyPair('before').publicLine}\n`);
    const hostKey = { kind: 'known-hosts', file, confirm: async () => true } as const;
    await expect(agent.open({ hostKey })).rejects.toMatchObject({
      code: 'HOST_KEY_CHANGED',
      message: expect.stringContaining(`${file}:1`),
    });
  });
});

describe('what is no agent', () => {
  /** A server that does `serve` with each connection. */
  async function serverThat(serve: (socket: net.Socket) => void): Promise<{ port: number; close(): void }> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return { port: (server.address() as net.AddressInfo).port, close };
  }
  const target = (port: number) => ({
    address: { kind: 'tcp', host: '127.0.0.1', port } as const,
    login: 'none' as const,
    hostKey: { kind: 'any' } as const,
  });

  test('nothing listens', async () => {
    const { port, close } = await serverThat(() => {});
    close();
    await expect(openSession(target(port))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('nothing listens there'),
    });
    const unix = { ...target(0), address: { kind: 'unix', path: '/nowhere/perch.sock' } as const };
    await expect(openSession(unix)).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });

  test('a server of something else', async () => {
    const web = await serverThat((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(openSession(target(web.port))).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    web.close();
    const noise = await serverThat((socket) => socket.write(`SSH-2.0-x\r\n${'\x07'.repeat(500)}`));
    await expect(openSession(target(noise.port))).rejects.toMatchObject({ code: 'BAD_FRAME' });
    noise.close();
  });

  test('one that says nothing is given up on at the deadline, or when asked to', async () => {
    const mute = await serverThat(() => {});
    await expect(openSession(target(mute.port), { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('100 ms'),
    });
    const abort = new AbortController();
    const opening = openSession(target(mute.port), { signal: abort.signal });
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(openSession(target(mute.port), { signal: abort.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    mute.close();
  });

  test('an ssh server without the subsystem', async () => {
    const { privateKey } = newKeyPair('host');
    const server = new ssh2.Server({ hostKeys: [privateKey] }, (connection) => {
      connection.on('error', () => {});
      connection.on('authentication', (context) => context.accept());
      connection.on('session', (accept) => accept());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    await expect(openSession(target(port))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('no agent of Perch'),
    });
    server.close();
  });

  test('a connection that is cut ends what is under way with CONNECTION_LOST', async () => {
    const agent = await startScriptedAgent({ handlers: { stack: () => new Promise(() => {}) } });
    const session = await agent.open();
    const stack = session.call('stack', { node: '1' });
    await agent.listening.close();
    await expect(stack).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect((await session.closed).code).toBe('CONNECTION_LOST');
    await expect(session.call('ping', {})).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});
