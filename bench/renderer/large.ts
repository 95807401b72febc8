import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type App, startApp } from '../../test/support/app.ts';
import { type Home, makeHome } from '../../test/support/demo.ts';
import { rowNamed } from '../../test/support/outline.ts';
import type { Figure } from '../figures.ts';
import { median, percentile } from '../stats.ts';
import { pssOf } from './memory.ts';
import { MOVES, type Move, type Moved, moveThrough } from './moves.ts';
import { buildStarts, type Start, startOnce } from './start.ts';

/** As many as one agent shows, less what stands above them. */
const CHILDREN = 99_000;
const MOVE_MS = 5000;
const SAMPLE_MS = 5000;
/** Caches fill, and what the first tree left behind is collected. */
const WARM_MS = 20_000;

export interface Effort {
  /** Starts of each, the app and a bare window, in turn. */
  starts: number;
  /** How long memory is looked at. */
  minutes: number;
}

/** A real service with a real agent, whose children end and come back: 1 % of them every second. */
export async function* measureLarge(
  { starts, minutes }: Effort,
  say: (line: string) => void,
): AsyncGenerator<Figure[]> {
  say(`${CHILDREN} children`);
  const home = makeHome();
  const service = fork(fileURLToPath(new URL('../children.js', import.meta.url)), {
    env: { ...home.env, CHILDREN: String(CHILDREN) },
    execArgv: [],
  });
  try {
    await once(service, 'message');
    yield await measureStarts(home, starts, say);
    yield* measureMoves(home, service);
    yield await measureChurn(home, minutes, say);
  } finally {
    const ended = once(service, 'exit');
    service.kill('SIGKILL');
    await ended;
    home.remove();
  }
}

/** In turn, so that what else the machine does meets both alike. */
async function measureStarts(home: Home, starts: number, say: (line: string) => void): Promise<Figure[]> {
  const folder = await buildStarts();
  const runs: Record<'bare' | 'app', Start[]> = { bare: [], app: [] };
  for (let round = 1; round <= starts; round++) {
    say(`start ${round} of ${starts}`);
    for (const who of ['bare', 'app'] as const) {
      runs[who].push(await startOnce(folder, { runtime: home.env.XDG_RUNTIME_DIR!, isBare: who === 'bare' }));
    }
  }
  const added = (name: string, unit: Figure['unit'], key: keyof Start, max: number): Figure => ({
    name,
    unit,
    reference: median(runs.bare.map((run) => run[key])),
    measured: median(runs.app.map((run) => run[key])),
    compare: 'added',
    budget: { max },
  });
  return [
    added('spawn to first tree, a bare window', 'ms', 'ms', 150),
    added('memory of all processes, a bare window', 'MB', 'pssMb', 100),
  ];
}

async function* measureMoves(home: Home, service: ChildProcess): AsyncGenerator<Figure[]> {
  const app = await open(home);
  try {
    // All of the children are lines.
    await app.page.keyboard.press('ArrowRight');
    await rowNamed(app.page, '5').first().waitFor();
    const reference = await moveThrough(app, 'rest', MOVE_MS);
    await ask(service, 'churn');
    for (const move of Object.keys(MOVES) as Move[]) {
      await show(app, move);
      yield figuresOf(move, reference, await moveThrough(app, move, MOVE_MS));
    }
  } finally {
    await app.close();
  }
}

/** Sixty frames a second are as many as the display takes; the page at rest says how many that is here. */
export function figuresOf(name: string, rest: Moved, moved: Moved): Figure[] {
  return [
    {
      name: `${name}, at rest`,
      unit: 'frames/s',
      reference: rest.framesPerSecond,
      measured: moved.framesPerSecond,
      compare: 'ratio',
      budget: { min: 0.97 },
    },
    {
      name: `${name}: JavaScript a frame, p95`,
      unit: 'ms',
      reference: 0,
      measured: percentile(moved.scriptMs, 95),
      compare: 'added',
      budget: { max: 2 },
    },
  ];
}

/** The churn goes on; the window shows the outline and nobody touches it. */
async function measureChurn(home: Home, minutes: number, say: (line: string) => void): Promise<Figure[]> {
  say(`${minutes} minutes of churn`);
  const app = await open(home);
  try {
    const pid = app.electron.process().pid!;
    await pause(WARM_MS);
    const samples: number[] = [];
    const until = performance.now() + minutes * 60_000;
    while (performance.now() < until) {
      await pause(SAMPLE_MS);
      samples.push(pssOf(pid));
    }
    const third = Math.ceil(samples.length / 3);
    return [
      {
        name: 'memory after churn, before',
        unit: 'MB',
        reference: median(samples.slice(0, third)),
        measured: median(samples.slice(-third)),
        compare: 'ratio',
        budget: { max: 1.1 },
      },
    ];
  } finally {
    await app.close();
  }
}

async function open(home: Home): Promise<App> {
  const app = await startApp({ home: home.env.HOME!, env: home.env });
  await app.page.getByRole('treeitem', { name: /^children/ }).click();
  // It comes up with the view that it was left with.
  await app.page.getByRole('radio', { name: 'Outline' }).click();
  await rowNamed(app.page, 'games').click();
  return app;
}

const KEYS: Partial<Record<string, string>> = { outline: 'o', icicle: 'i', drawing: 'd' };

export async function show({ page }: App, move: Move): Promise<void> {
  const view = /outline|icicle|drawing/.exec(move)?.[0];
  const key = view && KEYS[view];
  if (!key) return;
  await page.keyboard.press(key);
  await page.locator(MOVES[move].selector).waitFor();
  await pause(1000);
}

async function ask(child: ChildProcess, what: string): Promise<void> {
  const answer = once(child, 'message');
  child.send(what);
  await answer;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
