import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { descendants, type Home, isAlive, makeHome } from '../support/demo.ts';
import { type Display, startDisplay } from '../support/display.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let display: Display;
let home: Home;
let started: ChildProcess | undefined;
beforeAll(async () => {
  display = await startDisplay();
});
afterEach(() => {
  started?.kill('SIGTERM');
});
afterAll(() => display.close());

/** `npm start` on a screen, up to the window's opening. */
async function start(): Promise<{ process: ChildProcess; family: number[]; app: number }> {
  home = makeHome();
  const child = spawn(
    process.execPath,
    [path.join(root, 'node_modules/tsx/dist/cli.mjs'), 'scripts/start.ts', '--test-electron'],
    {
      cwd: root,
      env: { ...home.env, DISPLAY: display.name },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  started = child;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('opening the app')) break;
  }
  await expect.poll(() => descendants(child.pid!).filter(isRenderer), { timeout: 20_000 }).toHaveLength(1);
  const family = descendants(child.pid!);
  return { process: child, family, app: family.find(isApp)! };
}

test('when the app ends, the example ends with it', async () => {
  const { process: child, family, app } = await start();
  expect((await home.fleet()).map(({ name }) => name).toSorted()).toEqual(['tictactoe-fra', 'tictactoe-lax']);
  const ended = once(child, 'exit');
  process.kill(app, 'SIGTERM');
  expect(await ended).toEqual([0, null]);
  await expect.poll(() => family.filter(isAlive)).toEqual([]);
  home.remove();
});

test('SIGTERM ends the app and the example', async () => {
  const { process: child, family } = await start();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  await expect.poll(() => family.filter(isAlive)).toEqual([]);
  home.remove();
});

/** Chromium writes its own command line over, with blanks between the words. */
function command(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function isApp(pid: number): boolean {
  return /^\S+\/electron /i.test(command(pid)) && !command(pid).includes('--type=');
}

function isRenderer(pid: number): boolean {
  return command(pid).includes('--type=renderer');
}
