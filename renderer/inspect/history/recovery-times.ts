import type { TreeNode } from '../../../protocol/tree.ts';
import type { TimelineRow } from '../../store/timeline.ts';

/** How long restarts took, from the exit to the successor being ready. */
export interface RecoveryTimes {
  /** Ascending. */
  samplesMs: number[];
  /** Restarts that were decided and never got ready; counted, never dropped. */
  notRecovered: number;
  /** Null below 20 of them: then each stands for itself. */
  p50: number | null;
  p95: number | null;
}

/** Fewer are shown one by one: percentiles of a handful say more than is known. */
export const FEW = 20;

/** A restart that is younger may still get ready. */
const UNDER_WAY_MS = 10_000;

/** All restarts of a worker, or all that a supervisor decided, in the lines of the timeline. `agentNow` is in milliseconds since 1970. */
export function recoveryTimes(
  rows: readonly TimelineRow[],
  node: Pick<TreeNode, 'kind' | 'lineage'>,
  agentNow: number,
): RecoveryTimes {
  const restarts = rows.filter(({ decision, ...row }) => {
    if (decision?.decision !== 'restart') return false;
    return node.kind === 'supervisor'
      ? decision.by.lineage === node.lineage
      : row.node.lineage === node.lineage;
  });
  const samplesMs = restarts.flatMap(({ tookMs }) => tookMs ?? []).sort((a, b) => a - b);
  const isEnough = samplesMs.length >= FEW;
  return {
    samplesMs,
    notRecovered: restarts.filter(({ tookMs, at }) => tookMs === null && agentNow - at > UNDER_WAY_MS).length,
    p50: isEnough ? percentile(samplesMs, 0.5) : null,
    p95: isEnough ? percentile(samplesMs, 0.95) : null,
  };
}

/** Nearest rank: a time that was measured, none between two. */
function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)]!;
}

export interface TimeScale {
  /** 0 to 1. */
  at(ms: number): number;
  ticks: number[];
}

/** Linear from 0; by powers of ten where the longest would push all others into a corner. */
export function timeScale(samplesMs: readonly number[]): TimeScale {
  const least = Math.max(0.1, samplesMs[0] ?? 1);
  const most = Math.max(least, samplesMs.at(-1) ?? 1);
  if (most / least < 20) {
    const step = niceStep(most / 3);
    const top = Math.ceil(most / step) * step;
    const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
    return { at: (ms) => ms / top, ticks };
  }
  const low = Math.floor(Math.log10(least));
  const high = Math.ceil(Math.log10(most));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return { at: (ms) => (Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low), ticks };
}

/** 1, 2 or 5 times a power of ten, not less than what is given. */
function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= atLeast) ?? 10);
}

/** Where each dot stands: across by its time, up by how many already stand there. */
export function stacked(places: readonly number[], columns: number): { x: number; level: number }[] {
  const heights = new Map<number, number>();
  return places.map((place) => {
    const column = Math.min(columns - 1, Math.floor(place * columns));
    const level = heights.get(column) ?? 0;
    heights.set(column, level + 1);
    return { x: columns === 0 ? place : (column + 0.5) / columns, level };
  });
}
