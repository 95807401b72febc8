import type { Distribution } from '../../client/experiment/distribution.ts';
import { duration } from './figures.ts';
import type { Paint } from './paint.ts';

/** How long the recoveries took: each of a few, percentiles of many, and always how many there were not. */
export function distributionText(
  { n, notRecovered, withinMs, samplesMs, p50, p95, max }: Distribution,
  enough: number,
  paint: Paint,
): string[] {
  const within = `not recovered within ${duration(withinMs)}`;
  const late = `${notRecovered} of ${n} ${within}`;
  const figure = (ms: number | null) => (ms === null ? `over ${duration(withinMs)}` : duration(ms));
  const figures =
    n < enough
      ? `recovered after ${samplesMs.map(duration).join(', ') || 'nothing'}`
      : `p50 ${figure(p50)}   p95 ${figure(p95)}   max ${figure(max)}`;
  return [figures, notRecovered > 0 ? paint.trouble(late) : late];
}
