import type { Log } from './beam.ts';
import { Kinds } from './canonical.ts';
import type { Scenario, Step } from './scenario.ts';

/** What random scenarios meet of the intended differences (docs/supervision.md). Nothing else is passed over. */
export type Passed = 'an ended child is not found' | 'a terminated child is not counted as restarting';

/** OTP's canonical log as it would read without the intended differences; `met` hears of each. */
export function reconcile(otp: Log, ours: Log, scenario: Scenario, met: (passed: Passed) => void): Log {
  const kinds = new Kinds(scenario);
  const requests = labelled(scenario.steps);
  return otp.map((lines, i) => {
    let which: string[] = [];
    return lines.map((line) => {
      const [word, what = '', ...rest] = line.split(' ');
      if (word === 'which') which = rest;
      // OTP's count goes wrong when a child is terminated while its restart is tried; its list does not.
      if (word === 'count' && kinds.isDynamic(what)) {
        const active = which.filter((each) => each !== 'restarting').length;
        if (Number(rest[1]) === active) return line;
        met('a terminated child is not counted as restarting');
        return [word, what, rest[0], active, ...rest.slice(2)].join(' ');
      }
      // OTP: to terminate a pid that has ended, whoever's it was, is ok.
      const asked = requests.get(what);
      if (word !== 'reply' || rest[0] !== 'ok' || asked?.do !== 'terminate-child') return line;
      const answer = `reply ${what} not_found`;
      if (!kinds.isDynamic(asked.supervisor) || !ours[i]?.includes(answer)) return line;
      met('an ended child is not found');
      return answer;
    });
  });
}

/** Every step by the label that its reply has. */
function labelled(steps: readonly Step[], prefix = ''): Map<string, Step> {
  return new Map(
    steps.flatMap((step, i): [string, Step][] => {
      const label = `${prefix}${i + 1}`;
      return [[label, step], ...('inner' in step ? labelled(step.inner, `${label}.`) : [])];
    }),
  );
}
