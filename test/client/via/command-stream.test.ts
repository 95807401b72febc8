import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CommandStream } from '../../../client/via/command-stream.ts';
import { commandsUnderWay } from '../../../client/via/under-way.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { until } from '../../support/until.ts';

const sh = (script: string, env: NodeJS.ProcessEnv = process.env, named: string[] = []) =>
  new CommandStream({ argv: ['sh', '-c', script], env: named }, env);

/** All that came through, once it has ended. */
async function read(stream: CommandStream): Promise<string> {
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  await once(stream, 'close');
  return text;
}

it('carries bytes both ways from the ident on, and leaves out what was printed before it', async () => {
  const stream = sh('echo Welcome; printf "to the box\\r\\nSSH-2.0-x\\n"; cat');
  stream.write('one\n');
  stream.end('two\n');
  expect(await read(stream)).toBe('SSH-2.0-x\none\ntwo\n');
  expect(stream.how()).toMatchObject({ exitCode: 0, said: '' });
});

it('finds an ident that comes in pieces', async () => {
  const stream = sh('printf hello; printf SS; read -r _; printf H-2.; read -r _; printf 0-x');
  stream.write('\n');
  stream.end('\n');
  expect(await read(stream)).toBe('SSH-2.0-x');
});

it('tells how it ended and what it said, the last of it, without what a terminal would obey', async () => {
  const stream = sh('printf "\\033[31mno such pod\\033[0m\\n" >&2; seq 1 9999 >&2; echo gone >&2; exit 7');
  await read(stream);
  expect(stream.how().words).toBe('the command ended with code 7; the way in said: 9998; 9999; gone');
  const killed = sh('kill -9 $$');
  await read(killed);
  expect(killed.how()).toMatchObject({ words: 'the command was ended by SIGKILL', signal: 'SIGKILL' });
});

it('ends at what is no ssh, however much of it there is', async () => {
  const stream = sh('cat /dev/zero');
  expect(await read(stream)).toBe('');
  expect(stream.how()).toMatchObject({ words: 'what it prints is no ssh', said: '' });
  const asks = sh('printf "Password: "; cat > /dev/null');
  await until(() => asks.how().words).toBe('the way in said: Password:');
  asks.destroy();
});

it('leaves no listener at the process behind, however many there were', async () => {
  await Promise.all(commandsUnderWay);
  const before = process.listenerCount('exit');
  for (let run = 0; run < 3; run++) {
    await read(sh('exit 1'));
    await Promise.all(commandsUnderWay);
  }
  expect(process.listenerCount('exit')).toBe(before);
});

it('says that there is no such program', async () => {
  const stream = new CommandStream({ argv: ['no-such-program', 'x'], env: [] });
  await read(stream);
  expect(stream.how().words).toBe('there is no program no-such-program on this computer');
  expect(stream.how().exitCode).toBeNull();
});

it('gives the command what is usual and what is named, and nothing else', async () => {
  const env = {
    PATH: process.env.PATH,
    HOME: '/h',
    NODE_OPTIONS: '--x',
    PERCH: 'off',
    TOKEN: 't',
    OTHER: 'o',
  };
  const stream = sh('echo SSH-2.0-x; env | grep -vE "^(PWD|SHLVL|_|OLDPWD)="; pwd', env, ['TOKEN', 'ABSENT']);
  expect((await read(stream)).trim().split('\n').slice(1).toSorted()).toEqual(
    ['/', 'HOME=/h', `PATH=${process.env.PATH}`, 'TOKEN=t'].toSorted(),
  );
});

it('takes the command and all that it started along, also what does not listen', async () => {
  const folder = temporaryFolder();
  const file = (name: string) => path.join(folder, name);
  const script = `trap '' TERM; (trap '' TERM; echo $BASHPID > ${file('child')}; while :; do sleep 0.05; done) & echo $$ > ${file('self')}; while :; do sleep 0.05; done`;
  const stream = new CommandStream({ argv: ['bash', '-c', script], env: [] });
  await until(() => existsSync(file('child')) && existsSync(file('self'))).toBe(true);
  const pids = ['child', 'self'].map((name) => Number(readFileSync(file(name), 'utf8')));
  stream.destroy();
  expect(commandsUnderWay.size).toBeGreaterThan(0);
  await Promise.all(commandsUnderWay);
  await until(() => pids.filter(isRunning)).toEqual([]);
  expect(stream.how().signal).toBe('SIGKILL');
});

it('has no terminal to ask on', async () => {
  const stream = sh('echo x > /dev/tty; exit 3');
  await read(stream);
  expect(stream.how().exitCode).not.toBe(0);
  expect(stream.how().said).toMatch(/\/dev\/tty/);
});

function isRunning(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ' Z ';
  return !/\) [ZX] /.test(stat) && existsSync(`/proc/${pid}`);
}
