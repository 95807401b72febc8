/**
 * `npm start`: builds what changed, starts the example in two regions, opens the app beside it. When the
 * window closes, or on Ctrl-C and SIGTERM, everything ends.
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DemoInstance } from '../cli/demo/region.ts';
import { electronArguments, findElectron } from './electron-runtime.ts';
import { prepareMachine } from './machine.ts';
import { hasDisplay, mayUseTestRuntime, withoutApp } from './start-plan.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const isTestRuntimeAskedFor = process.argv.includes('--test-electron');
const say = (line: string): void => console.log(line);
const children: ChildProcess[] = [];
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end());
if (!isBuilt()) {
  say('building');
  execFileSync(path.join(root, 'node_modules/.bin/tsx'), ['scripts/build.ts'], {
    cwd: root,
    stdio: 'inherit',
  });
}
const { demo, instances } = await startDemo();
const window = isEnding ? null : await openApp();
if (window) window.once('exit', () => void end());
const [code, signal] = isRunning(demo) ? await once(demo, 'exit') : [demo.exitCode, demo.signalCode];
if (!isEnding) say(`the example ended (${signal ?? code})`);
await end();
process.exit(isEnding && !code ? 0 : 1);

/** `perch demo` in a process group of its own: Ctrl-C reaches it through here, once. */
async function startDemo(): Promise<{ demo: ChildProcess; instances: DemoInstance[] }> {
  const child = fork(path.join(root, 'cli/bin.js'), ['demo', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
    detached: true,
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout! });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text),
    once(child, 'exit').then(() => null),
  ]);
  // It said why on stderr.
  if (line === null) process.exit(isEnding ? 0 : 1);
  return { demo: child, instances: JSON.parse(line).instances };
}

/** The app's process, or null when there is no window; that was said then. */
async function openApp(): Promise<ChildProcess | null> {
  if (!hasDisplay(process.platform, process.env)) return goOn('No display, so the desktop app is not opened');
  const missing = await prepareMachine(['app'], say);
  if (missing) return goOn(`The desktop app needs libraries that are missing, run: ${missing}`);
  let electron = await findElectron({ allowTestRuntime: isTestRuntimeAskedFor, say });
  if (electron.executable === null) {
    const tried = electron.tried.join('; ');
    const hasTerminal = process.stdin.isTTY === true;
    if (!mayUseTestRuntime({ isAskedFor: isTestRuntimeAskedFor, hasTerminal })) {
      return goOn(`No Electron (${tried}; \`npm start -- --test-electron\` takes the pinned test runtime)`);
    }
    say(`${tried}; taking the pinned test runtime, which is a third party's build`);
    electron = await findElectron({ allowTestRuntime: true, download: false, say });
    if (electron.executable === null) return goOn(`No Electron (${electron.tried.join('; ')})`);
  }
  if (isEnding) return null;
  say(`opening the app with ${electron.words}`);
  const child = spawn(electron.executable, electronArguments(), {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  children.push(child);
  // Chromium's own lines, about a bus or a graphics card that is not there, say nothing to a person.
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (!/^\[\d+:\d+\/\S+:(ERROR|WARNING|INFO):/.test(line)) process.stderr.write(`${line}\n`);
  });
  return child;
}

function goOn(why: string): null {
  say(withoutApp(why, instances));
  return null;
}

/** Asks every child to end, and waits for it. */
async function end(): Promise<void> {
  isEnding = true;
  const running = children.filter(isRunning);
  const exits = running.map((child) => once(child, 'exit'));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(exits);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** The oldest of what a build makes is newer than every source. */
function isBuilt(): boolean {
  const made = [
    'agent/dist/index.mjs',
    'dist/cli/main.js',
    'dist/electron/main.cjs',
    'dist/renderer/index.html',
  ];
  const sources = [
    'protocol',
    'agent',
    'client',
    'cli',
    'electron',
    'renderer',
    'examples',
    'scripts/build.ts',
  ];
  try {
    const oldest = Math.min(...made.map((file) => statSync(path.join(root, file)).mtimeMs));
    return sources.every((source) => newestIn(path.join(root, source)) < oldest);
  } catch {
    return false;
  }
}

function newestIn(place: string): number {
  if (!statSync(place).isDirectory()) return statSync(place).mtimeMs;
  const inside = readdirSync(place).filter((name) => name !== 'dist' && name !== 'node_modules');
  return Math.max(0, ...inside.map((name) => newestIn(path.join(place, name))));
}
