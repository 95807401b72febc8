/**
 * `npm test`: every lane, one after another, a line for each and the sum as the last line. `npm test -- unit
 * e2e` runs only these. What a lane printed stands in .cache/test/NAME.log, and here when it failed.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { findElectron } from './electron-runtime.ts';
import {
  chooseLanes,
  failedLines,
  judge,
  type Lane,
  laneLine,
  type Outcome,
  sumLine,
  type VitestReport,
} from './lanes.ts';
import { aptLine, missingPackages, prepareMachine } from './machine.ts';
import { nodeRuntime } from './node-runtime.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const logs = path.join(root, '.cache/test');
/** A lane that takes longer hangs. */
const LANE_MS = 20 * 60_000;
/** The lab shares the disk, so what a lane reports is where it always is. */
const IN_LAB = ['tsx', 'scripts/lab.ts', 'run', '--in', 'desktop', 'node_modules/.bin/vitest'];
const say = (line: string): void => console.log(line);

const lanes = chooseLanes(process.argv.slice(2));
rmSync(logs, { recursive: true, force: true });
mkdirSync(logs, { recursive: true });
const outcomes: Outcome[] = [];
const failed: string[] = [];
// Types and most lanes look at what is built.
if (lanes.some(({ project }) => project !== 'unit')) {
  const built = await run('build', ['tsx', 'scripts/build.ts']);
  if (built !== 0) {
    const outcome = failure('it does not build');
    outcomes.push(outcome);
    showLog('build');
    say(laneLine('build', 0, outcome));
  }
}
if (outcomes.length === 0) {
  await prepareMachine([...new Set(lanes.flatMap(({ needs = [] }) => needs))], say);
  for (const lane of lanes) {
    const before = performance.now();
    const outcome = await runLane(lane).catch((thrown) => failure(thrown.message));
    outcomes.push(outcome);
    failed.push(...failedLines(lane.name, outcome));
    if (outcome.failed > 0) showLog(lane.name);
    say(laneLine(lane.name, (performance.now() - before) / 60_000, outcome));
  }
}
for (const line of failed) say(line);
say(sumLine(outcomes));
process.exitCode = outcomes.some(({ failed }) => failed > 0) ? 1 : 0;

async function runLane(lane: Lane): Promise<Outcome> {
  const missing = missingPackages(lane.needs ?? []);
  if (missing.length > 0) throw new Error(`the machine lacks something, run: ${aptLine(missing)}`);
  if (lane.project === 'checks') return runChecks(lane.name);
  const report = path.join(logs, `${lane.name}.json`);
  const env: Record<string, string> = {};
  // Fetched before the clock of a test runs.
  if (lane.needs?.includes('app')) await findElectron({ allowTestRuntime: true, download: false, say });
  if (lane.node) env.PERCH_TEST_NODE = await nodeRuntime(lane.node, say);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = lane.isInLab ? IN_LAB : ['vitest'];
  const args = [...vitest, 'run', '--project', lane.project, ...reporters, ...(lane.only ?? [])];
  const exitCode = await run(lane.name, args, env);
  return judge(readReport(report), exitCode);
}

async function runChecks(name: string): Promise<Outcome> {
  const types = await run(name, ['tsc', '--noEmit']);
  const style = await run(name, ['biome', 'ci', '.']);
  const failed = [types, style].filter((code) => code !== 0).length;
  return { passed: 2 - failed, failed, faults: [], tests: [] };
}

/** Runs a program of node_modules/.bin with its output in the lane's log; gives the exit code, null when killed. */
async function run(
  lane: string,
  [program, ...args]: string[],
  env: Record<string, string> = {},
): Promise<number | null> {
  const log = createWriteStream(path.join(logs, `${lane}.log`), { flags: 'a' });
  // A variable of the person's own agent must not reach the services under test.
  const own = Object.entries(process.env).filter(([key]) => !key.startsWith('PERCH'));
  const child = spawn(path.join(root, 'node_modules/.bin', program!), args, {
    cwd: root,
    env: { ...Object.fromEntries(own), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LANE_MS,
    killSignal: 'SIGKILL',
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve).on('error', reject);
  });
  log.end();
  await finished(log);
  return exitCode;
}

function readReport(file: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return null;
  }
}

function failure(why: string): Outcome {
  return { passed: 0, failed: 1, faults: [why], tests: [] };
}

function showLog(name: string): void {
  try {
    say(readFileSync(path.join(logs, `${name}.log`), 'utf8').trimEnd());
  } catch {
    // It ended before it printed anything.
  }
}
