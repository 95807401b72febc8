import type { Overhead } from '../../../protocol/cost.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { Metrics } from '../../../protocol/tree.ts';
import { monotonicMs } from '../../registry.ts';
import type { Hub } from '../hub.ts';
import { coalesceMs, FULL_PACE, paceAfter, sampleMs } from './pace.ts';
import { threadCpu } from './thread-cpu.ts';

/**
 * What the agent takes of its process, held against its budget: cpu of the hub's thread and the time that probes count
 * themselves. Past the budget it samples more seldom, in all its threads, and its process's node says so.
 */
export class OverheadMeter {
  readonly #hub: Hub;
  readonly #budgetPercent: number;
  #pace = FULL_PACE;
  #ticks = 0;
  /** What its start took is taken once, and says nothing of what it takes. */
  #since: { at: number; tookMs: number };

  constructor(hub: Hub, budgetPercent: number) {
    this.#hub = hub;
    this.#budgetPercent = budgetPercent;
    this.#since = { at: monotonicMs(), tookMs: tookMs(hub) };
  }

  /** Call it each `LIMITS.sampleMs`. */
  tick(): void {
    this.#ticks++;
    if (this.#ticks % (LIMITS.overheadMs / LIMITS.sampleMs) === 0) this.#look();
  }

  /** Asked each `LIMITS.sampleMs` while somebody watches. */
  isSampleDue(): boolean {
    return this.#ticks % 2 ** this.#pace.level === 0;
  }

  /** What the process's node says while it samples more seldom than it would. */
  get metrics(): Pick<Metrics, 'sampleEveryMs'> {
    const { level } = this.#pace;
    return level === 0 ? {} : { sampleEveryMs: sampleMs(level) };
  }

  answer(): Overhead {
    const { level, usedPercent, slowedAt } = this.#pace;
    return { budgetPercent: this.#budgetPercent, usedPercent, sampleMs: sampleMs(level), slowedAt };
  }

  /** A thread that has come later hears of it here. */
  tell(): void {
    const { level } = this.#pace;
    for (const { pulse } of this.#hub.own.threads.values()) pulse.setPace(level);
  }

  #look(): void {
    const now = { at: monotonicMs(), tookMs: tookMs(this.#hub) };
    const usedPercent = ((now.tookMs - this.#since.tookMs) / (now.at - this.#since.at)) * 100;
    this.#since = now;
    const before = this.#pace.level;
    this.#pace = paceAfter(this.#pace, Math.max(0, usedPercent), {
      budgetPercent: this.#budgetPercent,
      now: Date.now(),
    });
    if (this.#pace.level > 0 || before > 0) this.tell();
    if (this.#pace.level === before) return;
    this.#hub.tree.coalesceMs = coalesceMs(this.#pace.level);
  }
}

/** Since the hub began; what is not to be had (threadCpu) counts as nothing. */
function tookMs({ own }: Hub): number {
  const cpu = threadCpu();
  let sum = ('ms' in cpu ? cpu.ms : 0) + own.takenByEndedMs;
  for (const { pulse } of own.threads.values()) sum += pulse.takenMs ?? 0;
  return sum;
}
