/**
 * `npm run bench:approval`: what docs/approve.md says the agent costs, on each Node line; or on those named
 * (`npm run bench:approval -- 20 26`). What it finds is written to bench/approval/results.json, from which that page is made
 * (`UPDATE_DOCS=1 npx vitest run --project unit test/scripts/approve-page.test.ts`). `--check` fails when a budget is missed.
 * It does not build. About a minute a line.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MAJORS, type Major, missed, type Results } from '../bench/approval/budgets.ts';
import { type Found, measureApproval, type Spread } from '../bench/approval/measure.ts';
import { type NodeMajor, nodeRuntime } from './node-runtime.ts';

const FILE = fileURLToPath(new URL('../bench/approval/results.json', import.meta.url));
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = named.filter((word) => !MAJORS.some((major) => String(major) === word));
if (unknown.length > 0) throw new Error(`no Node ${unknown.join(', ')}; there are ${MAJORS.join(', ')}`);
const majors = named.length === 0 ? MAJORS : MAJORS.filter((major) => named.includes(String(major)));

let isWithin = true;
for (const major of majors) {
  const node = await binaryOf(major);
  const found = await measureApproval(node, (what) => say(`Node ${major}: ${what}`));
  found.node = await versionOf(node);
  for (const line of lines(found)) console.log(`Node ${major}  ${line}`);
  const misses = missed(major, found);
  for (const miss of misses) console.log(`Node ${major}  missed: ${miss}`);
  if (misses.length > 0) isWithin = false;
  write(major, found);
}
if (process.argv.includes('--check') && !isWithin) process.exitCode = 1;

async function binaryOf(major: Major): Promise<string> {
  if (process.version.startsWith(`v${major}.`)) return process.execPath;
  if (major === 20) throw new Error(`Node 20 is measured by running this on it; this is ${process.version}`);
  return nodeRuntime(major satisfies NodeMajor, say);
}

async function versionOf(node: string): Promise<string> {
  return (await promisify(execFile)(node, ['--version'])).stdout.trim();
}

/** Beside what was found for the other lines before. */
function write(major: Major, found: Found): void {
  let results: Results;
  try {
    results = JSON.parse(readFileSync(FILE, 'utf8')) as Results;
  } catch {
    results = { machine: '', measured: '', found: {} as Results['found'] };
  }
  const [cpu] = os.cpus();
  results.machine = `${os.cpus().length} cores (${cpu?.model.trim() || os.arch()})`;
  results.measured = new Date().toISOString().slice(0, 10);
  results.found[major] = found;
  writeFileSync(FILE, `${JSON.stringify(results, rounded, 2)}\n`);
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(4)) : value;
}

function lines(found: Found): string[] {
  const { startMs, startWallMs, memoryMb, idleCpuPercent, watchedCpuPercent, watched, noise } = found;
  const text = ({ median, low, high }: Spread) =>
    `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return [
    `main runs longer before its first line by ${text(startMs)} ms, which comes later by ${text(startWallMs)} ms`,
    `memory more by ${text(memoryMb)} MB`,
    `cpu idle ${idleCpuPercent.toFixed(3)} %, watched ${watchedCpuPercent.toFixed(3)} %`,
    ...(['throughput', 'throughputWall', 'p99'] as const).map(
      (name) => `${name} watched × ${text(watched[name])}; the machine alone × ${text(noise[name])}`,
    ),
  ];
}
