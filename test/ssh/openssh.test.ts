import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { knownHostsLine } from '../../client/ssh/known-hosts.ts';
import { encodeFrame, FrameReader } from '../../protocol/framing.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { runSsh } from '../support/openssh.ts';
import { type ScriptedAgent, startScriptedAgent } from '../support/scripted-agent.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Options to reach the agent as `ada`, trusting whatever host key is there. */
function as(agent: ScriptedAgent, pair = agent.ada): string[] {
  const options = [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${path.join(agent.folder, 'kh')}`,
    'IdentitiesOnly=yes',
  ];
  return [
    '-i',
    agent.identityFile(pair),
    '-p',
    String(agent.port),
    ...options.flatMap((option) => ['-o', option]),
  ];
}

const hello = encodeFrame({
  t: 'call',
  id: 1,
  name: 'hello',
  args: { protocol: PROTOCOL_VERSION, client: 'openssh' },
});
const ping = encodeFrame({ t: 'call', id: 2, name: 'ping', args: {} });

describe('what OpenSSH may do', () => {
  test('`ssh -s HOST perch` speaks the protocol', async () => {
    const agent = await startScriptedAgent();
    const { code, stdout, stderr } = await runSsh([...as(agent), '-s', 'anybody@127.0.0.1', 'perch'], {
      input: Buffer.concat([hello, ping]),
    });
    const frames = new FrameReader(1 << 20).push(stdout);
    expect(frames).toMatchObject([
      { t: 'result', id: 1, value: { key: agent.ada.fingerprint } },
      { t: 'result', id: 2, value: { at: 1 } },
    ]);
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/refused|failed/)]);
  });

  test('`ssh -s HOST perch` with garbage for frames ends with a coded error and exit code 1', async () => {
    const agent = await startScriptedAgent();
    const { code, stdout } = await runSsh([...as(agent), '-s', '127.0.0.1', 'perch'], {
      input: Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    });
    const frames = new FrameReader(1 << 20).push(stdout);
    expect(frames).toMatchObject([{ t: 'error', id: 0, error: { code: 'FRAME_TOO_LARGE' } }]);
    expect(code).toBe(1);
  });

  test('`ssh HOST tree` prints the tree', async () => {
    const agent = await startScriptedAgent();
    const { code, stdout } = await runSsh([...as(agent), '127.0.0.1', 'tree']);
    expect([code, stdout.toString()]).toEqual([0, 'tree for ada@laptop\n']);
  });

  test('`ssh HOST tree` without the capability fails with words and exit code 4', async () => {
    const bob = newKeyPair('bob');
    const agent = await startScriptedAgent({
      config: { authorizedKeys: `capabilities="control" ${bob.publicLine}` },
    });
    const { code, stdout, stderr } = await runSsh([...as(agent, bob), '127.0.0.1', 'tree']);
    expect([code, stdout.toString()]).toEqual([4, '']);
    expect(stderr).toContain('may not observe');
  });

  test.each([['rsa', '-b', '2048'], ['ecdsa'], ['ed25519']])(
    'logs in with a key of %s',
    async (type, ...more) => {
      const file = path.join(temporaryFolder(), 'id');
      execFileSync('ssh-keygen', ['-q', '-t', type!, ...more, '-N', '', '-C', 'theirs', '-f', file]);
      const agent = await startScriptedAgent({
        config: { authorizedKeys: readFileSync(`${file}.pub`, 'utf8') },
      });
      const theirs = { ...agent.ada, privateKey: readFileSync(file, 'utf8') };
      const { stdout } = await runSsh([...as(agent, theirs), '127.0.0.1', 'tree']);
      expect(stdout.toString()).toBe('tree for theirs\n');
      const session = await agent.open({ identity: theirs.privateKey });
      expect(session.hello.capabilities).toEqual(['observe']);
      session.close();
      if (type === 'rsa') {
        const sha1 = ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa'];
        const old = await runSsh([...as(agent, theirs), ...sha1, '127.0.0.1', 'tree']);
        expect([old.code, old.stdout.toString()]).toEqual([255, '']);
      }
    },
  );
});

describe('what OpenSSH may not do', () => {
  test('log in with another key', async () => {
    const agent = await startScriptedAgent();
    const wrong = await runSsh([...as(agent, newKeyPair('eve')), '127.0.0.1', 'tree']);
    expect([wrong.code, wrong.stdout.toString()]).toEqual([255, '']);
    expect(wrong.stderr).toContain('Permission denied (publickey)');
  });

  test.each([
    ['a shell', ['127.0.0.1'], 'shell request failed'],
    ['a shell on a terminal', ['-tt', '127.0.0.1'], 'request failed'],
    ['a program', ['127.0.0.1', 'id'], 'exec request failed'],
    ['a word with more behind it', ['127.0.0.1', 'tree; id'], 'exec request failed'],
    ['another subsystem', ['-s', '127.0.0.1', 'sftp'], 'subsystem request failed'],
    [
      'a way through (-W)',
      ['-W', '127.0.0.1:1', '127.0.0.1'],
      'administratively prohibited|open failed|forwarding failed',
    ],
    [
      'a way back (-R)',
      ['-o', 'ExitOnForwardFailure=yes', '-N', '-R', '0:127.0.0.1:1', '127.0.0.1'],
      'remote port forwarding failed',
    ],
  ])('%s', async (_, args, said) => {
    const agent = await startScriptedAgent();
    const { code, stdout, stderr } = await runSsh([...as(agent), ...args]);
    expect(stdout.toString()).toBe('');
    expect(stderr).toMatch(new RegExp(said));
    expect(code).toBe(255);
  });

  test('sftp', async () => {
    const agent = await startScriptedAgent();
    const options = as(agent).map((word) => (word === '-p' ? '-P' : word));
    const { code, stderr } = await runSsh([...options, '127.0.0.1:/etc/passwd', '/dev/null'], {
      program: 'sftp',
    });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/subsystem request failed|Connection closed/);
  });

  test('forward a local port (-L): the port opens here, and nothing comes through', async () => {
    const agent = await startScriptedAgent();
    let reached = 0;
    const inside = net.createServer((socket) => {
      reached++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    const target = (inside.address() as net.AddressInfo).port;
    const through = await runSsh([...as(agent), '-W', `127.0.0.1:${target}`, '127.0.0.1']);
    expect(through.code).toBe(255);
    expect(reached).toBe(0);
    inside.close();
  });
});

describe("OpenSSH's own look at the host key", () => {
  test('an unknown host is refused when it must be known, a changed one always', async () => {
    const agent = await startScriptedAgent();
    const known = path.join(agent.folder, 'known');
    const strict = ['-o', `UserKnownHostsFile=${known}`, '-o', 'StrictHostKeyChecking=yes'];
    const unknown = await runSsh([...strict, ...as(agent), '127.0.0.1', 'tree']);
    expect(unknown.code).toBe(255);
    expect(unknown.stderr).toContain('Host key verification failed');
    const other = Buffer.from(newKeyPair('x').publicLine.split(' ')[1]!, 'base64');
    writeFileSync(known, `${knownHostsLine(`[127.0.0.1]:${agent.port}`, other)}\n`);
    const changed = await runSsh([...strict, ...as(agent), '127.0.0.1', 'tree']);
    expect(changed.code).toBe(255);
    expect(changed.stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
    expect(changed.stderr).toContain(agent.hostKey);
  });
});
