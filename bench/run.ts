/**
 * `npm run bench`: what the agent costs a service, beside the same service without it in the same run, and how it does
 * beside OTP where `erl` is installed.
 * `npm run bench:check` fails when a budget is missed in each of three tries.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Figure, measure } from './figures.ts';
import { measureLarge } from './large.ts';
import { measureModel } from './model.ts';
import { isWithin, table } from './table.ts';

const TRIES = 3;
const isCheck = process.argv.includes('--check');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

say('building');
execFileSync('npm', ['run', '--silent', 'build'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'inherit'],
});
let figures: Figure[] = [];
for (let tries = 1; tries <= (isCheck ? TRIES : 1); tries++) {
  figures = [...(await measure(say)), ...(await measureLarge(say)), ...measureModel(say)];
  console.log(table(figures));
  if (figures.every(isWithin)) break;
}
if (isCheck && !figures.every(isWithin)) process.exitCode = 1;
