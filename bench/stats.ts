export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank: a value that occurred. Throws without values. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((one, two) => one - two);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}
