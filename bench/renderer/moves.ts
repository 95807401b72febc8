import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { App } from '../../test/support/app.ts';
import { scriptAFrame } from './trace.ts';

/** How a person moves through a view, one step a frame; the events are made in the page, so that no other process paces them. */
export const MOVES = {
  rest: { selector: 'body', wheel: null },
  'scroll the outline': { selector: '.outline', wheel: null },
  'pan the icicle': { selector: '.icicle > canvas', wheel: { deltaY: 6, shiftKey: true } },
  'zoom the icicle': { selector: '.icicle > canvas', wheel: { deltaY: 24 } },
  'pan the drawing': { selector: '.drawing', wheel: { deltaY: 6 } },
  'zoom the drawing': { selector: '.drawing', wheel: { deltaY: 12, ctrlKey: true } },
} as const;

export type Move = keyof typeof MOVES;

/** Frames a second that the page was asked to draw, and milliseconds of JavaScript in each. */
export interface Moved {
  framesPerSecond: number;
  scriptMs: number[];
}

/** Moves for so long, with Chromium's own tracing on: its events say what ran JavaScript on the page's main thread. */
export async function moveThrough(app: App, move: Move, ms: number): Promise<Moved> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perch-trace-'));
  const file = path.join(folder, 'trace.json');
  try {
    await app.electron.evaluate(({ contentTracing }) =>
      contentTracing.startRecording({
        included_categories: [
          'devtools.timeline',
          'disabled-by-default-devtools.timeline.frame',
          'devtools.timeline.frame',
          'v8',
        ],
      }),
    );
    const framesPerSecond = await framesWhile(app, move, ms);
    await app.electron.evaluate(({ contentTracing }, to) => contentTracing.stopRecording(to), file);
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8'));
    return { framesPerSecond, scriptMs: scriptAFrame(traceEvents) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function framesWhile({ page }: App, move: Move, forMs: number): Promise<number> {
  const given = { ...MOVES[move], forMs, isScroll: move === 'scroll the outline' };
  return page.evaluate(`(${DRIVE})(${JSON.stringify(given)})`);
}

/** Runs in the page, and as text: what a compiler adds to functions is not there. Gives frames a second. */
const DRIVE = `({ selector, wheel, forMs, isScroll }) => new Promise((resolve) => {
  const element = document.querySelector(selector);
  const box = element.getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height * 0.4 };
  let frames = 0;
  let since = 0;
  const step = (now) => {
    since ||= now;
    frames += 1;
    if (now - since >= forMs) {
      resolve(((frames - 1) * 1000) / (now - since));
      return;
    }
    // To and fro.
    const sign = Math.floor((now - since) / 1000) % 2 === 0 ? -1 : 1;
    if (isScroll) element.scrollTop -= 40 * sign;
    if (wheel) {
      const deltaY = wheel.deltaY * sign;
      element.dispatchEvent(new WheelEvent('wheel', { ...wheel, ...at, deltaY, bubbles: true, cancelable: true }));
    }
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;
