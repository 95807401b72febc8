import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Child, Effect, SupervisorEvent, SupervisorState } from '../../../agent/supervisor/state.ts';
import { newState } from '../../../agent/supervisor/state.ts';
import { transition } from '../../../agent/supervisor/transition.ts';
import { childNamed, exits } from './drive.ts';

// A thousand histories for each strategy, on machines that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

/**
 * Any history of crashes, requests, slow and failing starts, in any order of answers. What must hold of each is
 * checked as the effects come; the seed is printed when it does not.
 */
class Scenario {
  readonly state: SupervisorState<Child, number>;
  /** Lives that were started and have not ended; which of them were told to end. */
  readonly alive = new Map<number, { child: Child; isTold: boolean }>();
  readonly restartTimes: number[] = [];
  readonly asked = new Set<number>();
  readonly retries: SupervisorEvent<Child, number>[] = [];
  exits = 0;
  nowMs = 0;
  #requests = 0;

  constructor(strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'dynamic', intensity: number) {
    const children = ['a', 'b:transient', 'c', 'd:temporary', 'e'].map(childNamed);
    const flags = { strategy, intensity, periodMs: 1000, autoShutdown: 'never' } as const;
    this.state = newState(flags, strategy === 'dynamic' ? [] : children);
    this.feed({ type: 'start' });
    if (strategy === 'dynamic') {
      for (const child of children) this.feed({ type: 'start-child', child, request: this.request() });
    }
    // Histories differ from here on: without this most would be a start that fails.
    while (this.state.operation) this.answer(0, 'ready');
  }

  feed(event: SupervisorEvent<Child, number>): void {
    for (const effect of transition(this.state, event, this.nowMs).effects) this.check(effect);
  }

  request(): number {
    this.#requests++;
    this.asked.add(this.#requests);
    return this.#requests;
  }

  check(effect: Effect<Child, number>): void {
    expect(this.exits, 'nothing happens after its exit').toBe(0);
    switch (effect.do) {
      case 'start': {
        const lives = [...this.alive.values()].filter(({ child }) => child === effect.child);
        expect(lives, 'one life at a time').toEqual([]);
        this.alive.set(effect.pid, { child: effect.child, isTold: false });
        return;
      }
      case 'stop':
      case 'kill': {
        const life = this.alive.get(effect.pid);
        expect(life, 'only what lives is told to end').toBeDefined();
        if (effect.do === 'stop') expect(life!.isTold, 'it is told to stop once').toBe(false);
        life!.isTold = true;
        return;
      }
      case 'decide': {
        if (effect.decision !== 'restart') return;
        this.restartTimes.push(this.nowMs);
        const inPeriod = this.restartTimes.filter((t) => t >= this.nowMs - 1000).length;
        expect(inPeriod, 'never more restarts than the intensity').toBeLessThanOrEqual(
          this.state.flags.intensity,
        );
        return;
      }
      case 'try-again':
        this.retries.push({ type: 'try-again', child: effect.child });
        return;
      case 'reply':
        expect(this.asked.delete(effect.request), 'each request is answered once').toBe(true);
        return;
      case 'exit':
        expect([...this.alive.values()], 'everything below has ended').toEqual([]);
        this.exits++;
    }
  }

  /** A life answers: the one that starts becomes `ready`, the n-th ends as it was told or by itself. */
  answer(n: number, how: keyof typeof exits | 'ready'): void {
    const lives = [...this.alive].filter(([, { child }]) => how !== 'ready' || child.phase === 'starting');
    const [pid, life] = lives[n % Math.max(1, lives.length)] ?? [];
    if (pid === undefined || !life) return;
    const { child } = life;
    if (how === 'ready') return this.feed({ type: 'started', child, pid });
    this.alive.delete(pid);
    this.feed({ type: 'exited', child, pid, exit: exits[how] });
  }

  settle(): void {
    while (this.exits === 0 && this.alive.size > 0) this.answer(0, 'shutdown');
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('ready' as const), n: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('crash', 'crash', 'normal', 'shutdown'), n: fc.nat(9) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('terminate-child', 'restart-child', 'delete-child', 'cycle-child', 'start-child'),
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'new'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retry' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(1200) }) },
);

/** How a history ends: by a shutdown, a kill, or both. */
const ending = fc.constantFrom(['shutdown'], ['kill'], ['shutdown', 'kill']);

test.each(['one_for_one', 'one_for_all', 'rest_for_one', 'dynamic'] as const)(
  '%s keeps its word',
  (strategy) => {
    let reached = 0;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.nat(4),
        ending,
        (steps, intensity, ends) => {
          const scenario = new Scenario(strategy, intensity);
          for (const next of steps) {
            if (scenario.exits > 0) break;
            if ('ms' in next) scenario.nowMs += next.ms;
            else if ('n' in next) scenario.answer(next.n, next.do);
            else if (next.do === 'retry')
              for (const retry of scenario.retries.splice(0)) scenario.feed(retry);
            else if ('id' in next) {
              const request = scenario.request();
              if (next.do === 'start-child')
                scenario.feed({ type: next.do, child: childNamed(next.id), request });
              else scenario.feed({ type: next.do, id: next.id, request });
            }
          }
          reached += scenario.restartTimes.length;
          for (const type of ends) scenario.feed({ type: type as 'shutdown' | 'kill' });
          scenario.settle();
          expect(scenario.exits, 'it ends once, and always does').toBe(1);
          expect([...scenario.asked], 'no request is left without an answer').toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
    expect(reached, 'the scenarios do reach restarts').toBeGreaterThan(300);
  },
);
