import { countRestarts } from './restart-window.ts';
import type { Child, Turn } from './state.ts';

/**
 * Not OTP's, off by default: how long a supervisor waits before it restarts a child. `firstMs`, then `factor` times
 * more for each restart in a row, `mostMs` at most.
 */
export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
  readonly factor: number;
  /** The share of each wait that is left to chance, 0 to 1, so that what fell together does not rise together. */
  readonly jitter: number;
}

/** How far the restarts of one child have come. */
export interface Wait {
  /** Restarts before this one that followed each other. */
  readonly row: number;
  readonly dueMs: number;
  /** Its timer runs; the child is `restarting` meanwhile. */
  isRunning: boolean;
}

/** The wait before the restart that was just decided, noted on the child; 0 where the supervisor has no back-off. */
export function nextWait<C extends Child, R>({ state, nowMs, random }: Turn<C, R>, child: C): number {
  const { backOff, periodMs } = state.flags;
  if (!backOff) return 0;
  // What ran for a whole period since it was last due begins anew.
  const isInRow = child.wait !== undefined && nowMs - child.wait.dueMs < periodMs;
  const row = isInRow ? child.wait!.row + 1 : 0;
  const fullMs = Math.min(backOff.mostMs, backOff.firstMs * backOff.factor ** row);
  const delayMs = Math.round(fullMs * (1 - backOff.jitter * random()));
  child.wait = { row, dueMs: nowMs + delayMs, isRunning: false };
  return delayMs;
}

/** Nothing is under way meanwhile: exits and requests are served. */
export function beginWait<C extends Child, R>({ effects }: Turn<C, R>, child: C, delayMs: number): void {
  child.phase = 'restarting';
  child.wait!.isRunning = true;
  effects.push({ do: 'wait', child, pid: child.pid, delayMs });
}

/** Code or a person stops a child that waits: what was decided about its exit is taken back. */
export function decideAgainstWait<C extends Child, R>(turn: Turn<C, R>, child: C): void {
  if (!child.wait?.isRunning) return;
  const { state, effects, nowMs } = turn;
  const restartsInPeriod = countRestarts(state.restarts, nowMs, state.flags.periodMs);
  effects.push({ do: 'decide', child, decision: 'no-restart', restartsInPeriod, affected: [] });
}

/** It is due, or somebody ends the wait: by stopping it, starting it, or restarting its group. */
export function endWait<C extends Child, R>({ effects }: Turn<C, R>, child: C): void {
  if (!child.wait?.isRunning) return;
  child.wait.isRunning = false;
  effects.push({ do: 'end-wait', child });
}
