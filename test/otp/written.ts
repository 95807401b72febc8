import type { ChildSpec, ExitHow, Planned, Scenario, Step, Supervisor } from './scenario.ts';

/** Scenarios that are written by hand: one supervisor, mostly with the one worker `a`. */
export const worker = (id: string, more: Partial<ChildSpec> = {}): ChildSpec => ({
  id,
  restart: 'permanent',
  significant: false,
  shutdown: 'infinity',
  what: { kind: 'worker', onStop: 'obey' },
  ...more,
});

export function scenario(root: Partial<Supervisor>, steps: Step[], plan: Planned[] = []): Scenario {
  const flags = { strategy: 'one_for_one', intensity: 1, periodS: 1000, autoShutdown: 'never' } as const;
  return { root: { kind: 'supervisor', ...flags, children: [worker('a')], ...root }, plan, steps };
}

export const startChild = (id: string, more: Partial<ChildSpec> = {}): Step => ({
  do: 'start-child',
  supervisor: 'r',
  child: worker(id, more),
});

export const exit = (path: string, how: ExitHow): Step => ({ do: 'exit', path, how });

const SIGNIFICANT = { restart: 'transient', significant: true } as const;

/** Corners that random scenarios seldom come to; OTP and we agree on them. */
export const CORNERS: readonly Scenario[] = [
  ...endedInEachWay(),
  // One that was terminated does not count among those that still run.
  scenario({ autoShutdown: 'all_significant', children: ['a', 'b'].map((id) => worker(id, SIGNIFICANT)) }, [
    { do: 'terminate-child', supervisor: 'r', id: 'a' },
    exit('r/b', 'normal'),
  ]),
  // The end of b is void once b is started again with a; how its second life ends is what counts.
  scenario(
    { strategy: 'one_for_all', intensity: 9, children: [worker('a'), worker('b', { restart: 'transient' })] },
    [{ do: 'suspended', supervisor: 'r', inner: [exit('r/a', 'crash'), exit('r/b', 'normal')] }],
    [{ path: 'r/b', attempt: 2, outcome: 'crash' }],
  ),
  // Its restart fails twice before the first failure is dealt with: that one is the next to be tried.
  scenario(
    { strategy: 'rest_for_one', intensity: 9, children: [worker('a'), worker('b')] },
    [exit('r/a', 'crash')],
    [2, 3].flatMap((attempt): Planned[] => [
      { path: 'r/a', attempt, outcome: 'crash' },
      { path: 'r/b', attempt, outcome: 'fail' },
    ]),
  ),
];

/** Told to end with others that have ended already, each in its own way. */
function endedInEachWay(): Scenario[] {
  return (['transient', 'permanent'] as const).flatMap((restart) =>
    (['one_for_all', 'dynamic'] as const).map((strategy) => {
      const child = { restart, shutdown: 'brutal_kill' } as const;
      const ids = ['k', 'l', 'm', 'n', 'o'];
      const children = strategy === 'dynamic' ? [worker('a', child)] : ids.map((id) => worker(id, child));
      const inner = [
        exit('r/k', 'crash'),
        exit('r/l', 'normal'),
        exit('r/m', 'shutdown'),
        exit('r/n', 'shutdown_term'),
      ];
      const steps: Step[] = [{ do: 'suspended', supervisor: 'r', inner }];
      if (strategy === 'dynamic') steps.unshift(...ids.map((id) => startChild(id)));
      return scenario({ strategy, intensity: strategy === 'dynamic' ? 0 : 1, children }, steps);
    }),
  );
}
