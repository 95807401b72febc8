import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { AgentConfig } from '../../agent/config.ts';
import { type Listening, startListening } from '../../agent/hub/listen.ts';
import { newHostKey } from '../../agent/hub/ssh/host-key.ts';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { startScriptedAgent, testConfig } from '../support/scripted-agent.ts';
import { temporaryFolder } from '../support/temporary.ts';

const running: Listening[] = [];
afterEach(async () => {
  for (const listening of running.splice(0)) await listening.close();
});

/** Listens as told, and waits for lines and addresses. */
function listen(config: Partial<AgentConfig>, folder = temporaryFolder()) {
  const lines: string[] = [];
  let addresses: string[] = [];
  let wake: () => void = () => {};
  const listening = startListening(testConfig(folder, { local: false, ...config }), {
    onSession: (stream) => stream.destroy(),
    onExec: async () => ({ text: '', exit: 0 }),
    onListening: (now) => {
      addresses = now;
      wake();
    },
    say: (line) => {
      lines.push(line);
      wake();
    },
  });
  running.push(listening);
  return {
    folder,
    lines,
    listening,
    addresses: () => addresses,
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const keys = newKeyPair('ada').publicLine;

describe('the lines it says', () => {
  test('one for each address, with the fingerprint; none for the local socket', async () => {
    const socket = path.join(temporaryFolder(), 'a.sock');
    const agent = listen({ local: true, listen: ['127.0.0.1:0', `unix:${socket}`], authorizedKeys: keys });
    await agent.until(() => agent.lines.length === 2 && agent.addresses().length === 3);
    const said = /^perch: listening on (127\.0\.0\.1:\d+|unix:\/\S+) SHA256:[A-Za-z0-9+/]{43}$/;
    for (const line of agent.lines) expect(line).toMatch(said);
    expect(agent.lines.map((line) => said.exec(line)![1]).sort()).toEqual(
      agent
        .addresses()
        .filter((address) => !address.includes('/run/'))
        .sort(),
    );
    await agent.listening.close();
    expect(agent.lines).toHaveLength(2);
    expect(agent.addresses()).toEqual([]);
    expect(existsSync(socket)).toBe(false);
  });

  test('no key, no listener: said once for all addresses, and how to mend it', async () => {
    const agent = listen({ local: true, listen: ['127.0.0.1:0', '[::1]:0'] });
    await agent.until(() => agent.lines.length === 1 && agent.addresses().length === 1);
    expect(agent.lines[0]).toBe(
      'perch: not listening on 127.0.0.1:0, [::1]:0: no authorized key (set PERCH_AUTHORIZED_KEYS)',
    );
    expect(agent.addresses()[0]).toMatch(/^unix:.*\.sock$/);
  });

  test('a refused line of authorized keys stands in the line', async () => {
    const agent = listen({
      listen: ['127.0.0.1:0'],
      authorizedKeys: `${keys}\ncapabilities="observ" ${keys}`,
    });
    await agent.until(() => agent.lines.length === 1);
    expect(agent.lines[0]).toMatch(
      /SHA256:\S{43}; authorized keys line 2 is refused: .*"observ" is unknown$/,
    );
  });

  test('when every line is refused, nothing listens', async () => {
    const agent = listen({ listen: ['127.0.0.1:0'], authorizedKeys: `capabilities="observ" ${keys}` });
    await agent.until(() => agent.lines.length === 1);
    expect(agent.lines[0]).toContain(
      'not listening on 127.0.0.1:0: no authorized key; authorized keys line 1',
    );
    expect(agent.addresses()).toEqual([]);
  });

  test('nonsense in PERCH_LISTEN is said, and the rest goes on', async () => {
    const agent = listen({
      listen: ['127.0.0.1:0'],
      authorizedKeys: keys,
      problems: ['not listening on "7400": expected HOST:PORT'],
    });
    await agent.until(() => agent.lines.length === 2);
    expect(agent.lines[0]).toBe('perch: not listening on "7400": expected HOST:PORT');
    expect(agent.lines[1]).toContain('listening on 127.0.0.1:');
  });

  test('a configured host key that cannot be used: nothing listens under another', async () => {
    const agent = listen({ listen: ['127.0.0.1:0'], authorizedKeys: keys, hostKey: '/nowhere/key' });
    await agent.until(() => agent.lines.length === 1);
    expect(agent.lines[0]).toContain('/nowhere/key');
    expect(agent.addresses()).toEqual([]);
  });

  test('a host key that cannot be kept is for this run, and the line says so', async () => {
    const blocked = path.join(temporaryFolder(), 'file');
    writeFileSync(blocked, '');
    const agent = listen({ listen: ['127.0.0.1:0'], authorizedKeys: keys, stateDir: `${blocked}/perch` });
    await agent.until(() => agent.lines.length === 1);
    expect(agent.lines[0]).toMatch(/SHA256:\S{43}; host key for this run only: /);
  });
});

describe('an address that cannot be had', () => {
  test('a taken port is said once, and listened on when it is free', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    const agent = listen({ listen: [`127.0.0.1:${port}`, '127.0.0.1:0'], authorizedKeys: keys });
    const taken = `perch: not listening on 127.0.0.1:${port}: the address is taken; trying again`;
    await agent.until(() => agent.lines.length === 2 && agent.addresses().length === 1);
    expect(agent.lines).toContain(taken);
    other.close();
    await agent.until(() => agent.addresses().includes(`127.0.0.1:${port}`));
    await agent.until(() => agent.lines.length === 3);
    expect(agent.lines[2]).toContain(`listening on 127.0.0.1:${port} SHA256:`);
  });

  test('an address that the machine does not have (yet)', async () => {
    const agent = listen({ listen: ['192.0.2.1:7400'], authorizedKeys: keys });
    await agent.until(() => agent.lines.length === 1);
    expect(agent.lines[0]).toContain('this machine does not have that address; trying again');
  });

  test('a file of keys that is filled later opens the door', async () => {
    const file = path.join(temporaryFolder(), 'keys');
    const agent = listen({ listen: ['127.0.0.1:0'], authorizedKeys: file });
    await agent.until(() => agent.lines.length === 1);
    expect(agent.lines[0]).toContain(`no authorized key; authorized keys: ENOENT`);
    writeFileSync(file, keys);
    await agent.until(() => agent.addresses().length === 1);
  });

  test('a unix socket that somebody listens on is left to them; a dead one is taken over', async () => {
    const file = path.join(temporaryFolder(), 'a.sock');
    const first = listen({ listen: [`unix:${file}`], authorizedKeys: keys });
    await first.until(() => first.addresses().length === 1);
    const second = listen({ listen: [`unix:${file}`], authorizedKeys: keys });
    await second.until(() => second.lines.length === 1);
    expect(second.lines[0]).toContain('the address is taken');
    await first.listening.close();
    await second.until(() => second.addresses().length === 1);
  });

  test('a file that is no socket is never removed', async () => {
    const file = path.join(temporaryFolder(), 'precious');
    writeFileSync(file, 'text');
    const agent = listen({ listen: [`unix:${file}`], authorizedKeys: keys });
    await agent.until(() => agent.lines.length === 1);
    expect(agent.lines[0]).toContain('the address is taken');
    expect(statSync(file).isFile()).toBe(true);
  });
});

describe('the local socket', () => {
  test('0600 in a directory of 0700, gone with the agent', async () => {
    const agent = await startScriptedAgent({ config: { listen: [] } });
    (
      await agent.open({
        address: { kind: 'unix', path: agent.local },
        login: 'none',
        hostKey: { kind: 'any' },
      })
    ).close();
    expect(statSync(path.dirname(agent.local)).mode & 0o777).toBe(0o700);
    expect(statSync(agent.local).mode & 0o777).toBe(0o600);
    await agent.listening.close();
    expect(existsSync(agent.local)).toBe(false);
    expect(agent.lines).toEqual([]);
    // Nothing was asked for that needs a key of its own.
    expect(existsSync(path.join(agent.folder, 'state'))).toBe(false);
  });

  test('not made in a directory that others may enter; the network is listened on all the same', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'run'), { mode: 0o755 });
    const agent = listen({ local: true, listen: ['127.0.0.1:0'], authorizedKeys: keys }, folder);
    await agent.until(() => agent.addresses().length === 1);
    expect(agent.addresses()[0]).toContain('127.0.0.1');
  });
});

test('the host key is kept from one start to the next, and a configured one is the one shown', async () => {
  const folder = temporaryFolder();
  const fingerprints: string[] = [];
  for (let start = 0; start < 2; start++) {
    const agent = await startScriptedAgent({ config: { stateDir: path.join(folder, 'state') } });
    const session = await agent.open();
    fingerprints.push(session.hostKey!);
    session.close();
    await agent.listening.close();
  }
  expect(fingerprints[0]).toBe(fingerprints[1]);
  const made = newHostKey();
  const agent = await startScriptedAgent({ config: { hostKey: made.text } });
  expect((await agent.open()).hostKey).toBe(made.fingerprint);
});
