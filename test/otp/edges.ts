import type { Step } from './scenario.ts';

/** Seconds that a scenario may wait in all. */
const MAX_WAIT_S = 12;

/**
 * OTP counts whole seconds, so whether a restart still counts is certain only 1 s off the edge of a period: waits
 * are made longer until no two moments of the scenario lie a period apart, or a second less. (A wait takes a
 * little longer than it says, never shorter.)
 */
export function keepOffTheEdges(steps: Step[], periods: readonly number[]): Step[] {
  const moments = [0];
  let now = 0;
  return steps.flatMap((step): Step[] => {
    if (step.do !== 'wait') return [step];
    let { seconds } = step;
    const isOnEdge = () =>
      moments.some((moment) =>
        periods.some((period) => [period - 1, period].includes(now + seconds - moment)),
      );
    while (isOnEdge()) seconds++;
    if (now + seconds > MAX_WAIT_S) return [];
    now += seconds;
    moments.push(now);
    return [{ do: 'wait', seconds }];
  });
}
