/**
 * `npm run bench:renderer`: the app over 100,000 nodes of which 1 % end and come back every second, beside a bare window
 * in the same run. `--check` fails when a budget is missed; `--minutes N` (10) is how long memory is looked at;
 * `--quick` is one start and one minute.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { closeDisplay } from '../../test/support/app.ts';
import type { Figure } from '../figures.ts';
import { isWithin, table } from '../table.ts';
import { measureFleet } from './fleet.ts';
import { measureLarge } from './large.ts';

const isQuick = process.argv.includes('--quick');
const minutesAt = process.argv.indexOf('--minutes');
const minutes = minutesAt === -1 ? (isQuick ? 1 : 10) : Number(process.argv[minutesAt + 1]);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

say('building');
execFileSync('npm', ['run', '--silent', 'build'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'inherit'],
});
const figures: Figure[] = [];
for (const measure of [measureLarge, measureFleet]) {
  for await (const more of measure({ starts: isQuick ? 1 : 5, minutes }, say)) {
    figures.push(...more);
    // As they come: what follows takes minutes.
    console.log(table(more));
  }
}
await closeDisplay();
if (process.argv.includes('--check') && !figures.every(isWithin)) process.exitCode = 1;
