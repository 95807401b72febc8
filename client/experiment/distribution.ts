/** How long recoveries took. What did not recover is counted, never dropped. */
export interface Distribution {
  /** All that were tried, those that did not recover among them. */
  n: number;
  notRecovered: number;
  /** T: how long each was given. */
  withinMs: number;
  /** Of those that recovered, in order of size. */
  samplesMs: number[];
  /**
   * Null below n = 20, where the samples themselves say more; and where the figure lies among those that did not
   * recover: it is more than T then.
   */
  p50: number | null;
  p95: number | null;
  max: number | null;
}

/** Below this a percentile says less than the samples do (a p95 of 10 is the worst of 10). */
export const ENOUGH = 20;

/** `timesMs`: each recovery's time, null for one that did not recover within `withinMs`. */
export function distributionOf(timesMs: readonly (number | null)[], withinMs: number): Distribution {
  const samplesMs = timesMs.filter((ms) => ms !== null).sort((a, b) => a - b);
  const n = timesMs.length;
  const ranked = (share: number) => (n < ENOUGH ? null : atRank(samplesMs, n, share));
  return {
    n,
    notRecovered: n - samplesMs.length,
    withinMs,
    samplesMs,
    p50: ranked(0.5),
    p95: ranked(0.95),
    max: ranked(1),
  };
}

/**
 * The exact order statistic: the smallest sample that at least this share of all n is not above. Those that did not
 * recover come after every sample.
 */
function atRank(samplesMs: readonly number[], n: number, share: number): number | null {
  const rank = Math.ceil(share * n - 1e-9);
  return samplesMs[rank - 1] ?? null;
}
