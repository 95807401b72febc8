import type { Reordered } from './canonical.ts';
import type { Passed } from './reconcile.ts';
import type { Scenario } from './scenario.ts';
import type { Witness } from './world.ts';

const WORDS = [
  'one_for_one',
  'one_for_all',
  'rest_for_one',
  'dynamic',
  'escalation',
  'nested escalation',
  'failed start',
  'failed restart',
  'restart that fails again',
  'request while restarting',
  'auto_shutdown',
  'supervisor killed',
  'suspended',
  'starting',
  'stopping',
] as const;
/** Intended differences that random scenarios meet. */
const DIFFERENCES: readonly (Passed | Reordered)[] = [
  'an ended child is not found',
  'below a killed supervisor all are killed',
  'children are listed in start order',
];
export type Met = (typeof WORDS)[number] | Passed | Reordered;

/** What the scenarios of a run were about: how many of them met each thing. */
export class Tally {
  readonly #counts = new Map<Met, number>([...WORDS, ...DIFFERENCES].map((what) => [what, 0]));
  /** Runs that were done again because the machine was late. */
  late = 0;
  /** Scenarios that differed once, and in no run after that. */
  once = 0;

  /** Counts what one scenario meets, each thing once. */
  ofOneScenario(): (what: Met) => void {
    const seen = new Set<Met>();
    return (what) => {
      if (seen.has(what)) return;
      seen.add(what);
      this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    };
  }

  get nones(): string[] {
    return [...this.#counts].filter(([, count]) => count === 0).map(([what]) => what);
  }

  toString(): string {
    return [...this.#counts].map(([what, count]) => `${what} ${count}`).join(', ');
  }
}

/** Sees our decisions in a scenario; a strategy is met when it restarts. */
export function witness({ steps }: Scenario, met: (what: Met) => void): Witness {
  for (const step of steps) if ('inner' in step) met(step.do);
  return (event) => {
    if (event.what !== 'decided') return met(event.what);
    if (event.decision === 'restart') met(event.strategy);
    if (event.decision === 'escalate') met(event.isNested ? 'nested escalation' : 'escalation');
    if (event.decision === 'shutdown') met('auto_shutdown');
  };
}
