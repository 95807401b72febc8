/**
 * `tsx scripts/lab.ts run [--in MACHINE] COMMAND…`: starts the lab of test/support/lab.ts, runs the command in it
 * (on `desktop` unless told), and takes all of it away again. Tests run so join the lab with `startLab()`. Its exit
 * code is the command's.
 */
import { spawn } from 'node:child_process';
import { insideEnv, startLab } from '../test/support/lab.ts';

const words = process.argv.slice(2);
const machine = words[1] === '--in' ? words[2] : 'desktop';
const command = words.slice(words[1] === '--in' ? 3 : 1);
if (words[0] !== 'run' || !machine || !['desktop', 'fra', 'lax'].includes(machine) || command.length === 0) {
  console.error('usage: tsx scripts/lab.ts run [--in desktop|fra|lax] COMMAND…');
  process.exit(2);
}

const lab = await startLab();
const [program, ...args] = lab.commandLine(machine, command);
const child = spawn(program!, args, { stdio: 'inherit', env: { ...process.env, ...insideEnv(lab) } });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
process.exitCode = await new Promise<number>((resolve) => {
  child.on('error', () => resolve(127));
  child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
});
await lab.stop();
