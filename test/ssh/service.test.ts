/** The built agent in real services, through OpenSSH and the client: also while the service is stuck. */
import { existsSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openSession } from '../../client/session.ts';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { encodeFrame, FrameReader } from '../../protocol/framing.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { actOn, untilEvent } from '../support/acts.ts';
import { armed } from '../support/armed.ts';
import { runSsh } from '../support/openssh.ts';
import { type Service, startService } from '../support/service.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { byLineage, untilTree } from '../support/tree.ts';

const services: Service[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});

const ada = newKeyPair('ada@laptop');

async function start(env: NodeJS.ProcessEnv = {}): Promise<Service> {
  const service = await startService('blocks-loop.js', {
    env: {
      PERCH_LISTEN: '127.0.0.1:0',
      PERCH_AUTHORIZED_KEYS: `capabilities="observe,inspect,control" ${ada.publicLine}`,
      ...env,
    },
  });
  services.push(service);
  return service;
}

/** Resolves once the service's stderr matches. */
function said(service: Service, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve) => {
    const look = () => {
      const match = pattern.exec(service.stderr());
      if (!match) return;
      service.process.stderr?.off('data', look);
      resolve(match);
    };
    service.process.stderr?.on('data', look);
    look();
  });
}

const LISTENING = /^perch: listening on 127\.0\.0\.1:(\d+) (SHA256:\S{43})\n/;

async function reach(service: Service): Promise<{ port: number; hostKey: string; ssh: string[] }> {
  const [, port, hostKey] = await said(service, LISTENING);
  const folder = temporaryFolder();
  const file = path.join(folder, 'id');
  writeFileSync(file, ada.privateKey, { mode: 0o600 });
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes'];
  const ssh = ['-q', '-i', file, '-p', port!, ...options.flatMap((option) => ['-o', option])];
  return { port: Number(port), hostKey: hostKey!, ssh };
}

const tcp = (port: number, hostKey: string) => ({
  address: { kind: 'tcp', host: '127.0.0.1', port } as const,
  login: 'publickey' as const,
  identity: ada.privateKey,
  hostKey: { kind: 'pinned', sha256: hostKey } as const,
});

describe('a service that listens', () => {
  test('shows its tree to OpenSSH and to the client, and says one line', async () => {
    const service = await start();
    const { port, hostKey, ssh } = await reach(service);
    const { code, stdout } = await runSsh([...ssh, '127.0.0.1', 'tree']);
    expect(code).toBe(0);
    expect(stdout.toString()).toContain(String(service.pid));
    const session = await openSession(tcp(port, hostKey));
    expect(session.hello).toMatchObject({
      key: ada.fingerprint,
      instance: { pid: service.pid, listening: expect.arrayContaining([`127.0.0.1:${port}`]) },
    });
    session.close();
    expect(service.stderr()).toMatch(new RegExp(`${LISTENING.source}$`));
    expect(existsSync(path.join(service.runtimeDir, '.local/state/perch/host_ed25519'))).toBe(true);
  });

  test('while its loop stands still: OpenSSH gets the tree, frames and the stack, and kills it', async () => {
    const service = await start();
    const { port, hostKey, ssh } = await reach(service);
    const local = await service.session();
    service.send('block');
    await untilTree(local, (nodes) => byLineage(nodes, 'main').status === 'blocked' || undefined);

    const shown = await runSsh([...ssh, '127.0.0.1', 'tree']);
    expect(shown.stdout.toString()).toContain('blocked');

    const main = `${service.pid}.0`;
    const frames = [
      { t: 'call', id: 1, name: 'hello', args: { protocol: PROTOCOL_VERSION, client: 'openssh' } },
      { t: 'call', id: 2, name: 'stack', args: { node: main } },
    ];
    const spoken = await runSsh([...ssh, '-s', '127.0.0.1', 'perch'], {
      input: Buffer.concat(frames.map((frame) => encodeFrame(frame))),
    });
    const [, stack] = new FrameReader(1 << 20).push(spoken.stdout);
    expect(stack).toMatchObject({ t: 'result', id: 2, value: { blocked: true } });
    expect(JSON.stringify(stack)).toContain('spinForever');

    const session = await armed(await openSession(tcp(port, hostKey)));
    const phases: string[] = [];
    const args = {
      act: 'kill',
      call: 'c-1',
      node: String(service.pid),
      epoch: session.hello.instance.epoch,
      reason: 'it is stuck',
    } as const;
    const killed = session.call('act', args, { onEvent: ({ phase }) => phases.push(phase) });
    // The session dies with the service; that the kill was accepted has come before.
    await expect(killed).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(phases[0]).toBe('accepted');
    expect((await service.exited).signal).toBe('SIGKILL');
  });

  test('who may act is seen by who may only look, and by who logs in later; who may only look cannot arm', async () => {
    const eve = newKeyPair('eve@desk');
    const service = await start({
      PERCH_AUTHORIZED_KEYS: `capabilities="observe,inspect,control" ${ada.publicLine}\n${eve.publicLine}`,
    });
    const { port, hostKey } = await reach(service);
    const watching = await openSession({ ...tcp(port, hostKey), identity: eve.privateKey });
    expect(watching.hello.armed).toEqual([]);
    const acting = await openSession(tcp(port, hostKey));
    const { arming } = await acting.call('arm', { reason: 'a drill', forMs: 60_000 });
    expect(arming).toMatchObject({ author: { key: ada.fingerprint, name: 'ada@laptop' }, reason: 'a drill' });
    expect(await untilEvent(watching, 'armed')).toMatchObject({ author: arming.author, until: arming.until });
    const later = await openSession({ ...tcp(port, hostKey), identity: eve.privateKey });
    expect(later.hello.armed).toEqual([arming]);
    await expect(later.call('arm', { reason: 'me too', forMs: 60_000 })).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
    });
    // A second session of the same key is as read-only as before.
    const second = await openSession(tcp(port, hostKey));
    const root = { id: String(service.pid) };
    await expect(actOn(second, 'signal', root, { signal: 'SIGWINCH' })).rejects.toMatchObject({
      code: 'NOT_ARMED',
    });
    acting.close();
    expect(await untilEvent(watching, 'disarmed')).toMatchObject({ why: 'session', until: arming.until });
    const { records } = await second.call('audit', {});
    expect(records.map(({ act, outcome }) => `${act} ${outcome}`)).toEqual(
      expect.arrayContaining([
        'arm armed',
        'arm CAPABILITY_MISSING',
        'signal NOT_ARMED',
        'arm disarmed (session)',
      ]),
    );
    for (const session of [watching, later, second]) session.close();
  });

  test('keeps its host key from one life to the next', async () => {
    const state = temporaryFolder();
    const first = await start({ XDG_STATE_HOME: state });
    const { hostKey } = await reach(first);
    await first.stop();
    const second = await start({ XDG_STATE_HOME: state });
    expect((await reach(second)).hostKey).toBe(hostKey);
  });
});

describe('a service that does not listen', () => {
  test('without a key: it says so in one line, and its local socket works', async () => {
    const service = await start({ PERCH_AUTHORIZED_KEYS: '' });
    await said(service, /^perch: not listening on 127\.0\.0\.1:0: no authorized key .*\n$/);
    expect((await service.session()).hello.key).toBe('local');
  });

  test('without PERCH_LISTEN it says nothing at all', async () => {
    const service = await start({ PERCH_LISTEN: '' });
    const session = await service.session();
    expect(session.hello.instance.listening).toEqual([expect.stringMatching(/^unix:/)]);
    expect(service.stderr()).toBe('');
  });
});

test('a service whose address is taken goes on without it, and listens once it is free', async () => {
  const first = await start();
  const { port } = await reach(first);
  const second = await start({ PERCH_LISTEN: `127.0.0.1:${port}` });
  await said(second, /^perch: not listening on 127\.0\.0\.1:\d+: the address is taken; trying again\n$/);
  expect((await second.session()).hello.instance.pid).toBe(second.pid);
  await first.stop();
  await said(second, new RegExp(`\\nperch: listening on 127\\.0\\.0\\.1:${port} SHA256:`));
});

test('garbage, floods and half-open connections from outside leave the service alone', async () => {
  const service = await start();
  const { port, hostKey } = await reach(service);
  const session = await openSession(tcp(port, hostKey));
  const sockets = Array.from({ length: 40 }, (_, index) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    if (index % 2) socket.write(`SSH-2.0-x\r\n${'\xff'.repeat(500)}`);
    return new Promise<void>((resolve) => socket.once('close', () => resolve()));
  });
  await Promise.all(sockets);
  await expect(session.call('ping', {})).resolves.toBeDefined();
  await expect(session.call('node', { node: 'nobody' })).rejects.toMatchObject({ code: 'NO_SUCH_NODE' });
  expect(service.stderr()).toMatch(new RegExp(`${LISTENING.source}$`));
  session.close();
});
