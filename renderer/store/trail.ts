import type { Page } from './interface.ts';

/** Where a person was: a page, an instance, and by its key what was selected there. */
export interface Spot {
  page: Page;
  instance: string | null;
  key: string | null;
}

/** Where a person was, in order, and where of it they are. */
export interface Trail {
  spots: readonly Spot[];
  at: number;
  /** When they came to the spot they are at. */
  since: number;
}

export const NO_TRAIL: Trail = { spots: [], at: -1, since: 0 };

const MAX_SPOTS = 100;
/** Who leaves a place so soon passed through it: a hundred lines under an arrow key are one way. */
const PASSED_MS = 700;

/** The trail of one who is here now. What lay ahead is gone, as in a browser. */
export function cameTo(trail: Trail, spot: Spot, now: number): Trail {
  const { spots, at, since } = trail;
  const here = spots[at];
  if (here && isSame(here, spot)) return trail;
  const isPassed =
    here && now - since < PASSED_MS && here.page === spot.page && here.instance === spot.instance;
  const before = spots.slice(0, isPassed ? at : at + 1);
  const last = before.at(-1);
  const kept = last && isSame(last, spot) ? before : [...before, spot];
  const shown = kept.slice(-MAX_SPOTS);
  return { spots: shown, at: shown.length - 1, since: now };
}

/** The spot before (-1) or after (1) this one that is still there; null: there is none. */
export function stepped(
  trail: Trail,
  step: 1 | -1,
  isThere: (spot: Spot) => boolean,
): { trail: Trail; spot: Spot } | null {
  for (let at = trail.at + step; ; at += step) {
    const spot = trail.spots[at];
    if (!spot) return null;
    // Walked once more at once, it must not count as passed through.
    if (isThere(spot)) return { trail: { ...trail, at, since: 0 }, spot };
  }
}

function isSame(a: Spot, b: Spot): boolean {
  return a.page === b.page && a.instance === b.instance && a.key === b.key;
}
