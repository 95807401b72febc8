import type { ActDocument, ActProgress } from '../../protocol/act.ts';
import { PerchError } from '../../protocol/errors.ts';
import { type Clock, pause } from '../clock.ts';
import { Answers } from './answers.ts';
import type { Probe } from './probe.ts';

export interface RecoveryPlan {
  probes: readonly Probe[];
  /** Each probe is asked so often. */
  everyMs: number;
  /** K: so many answers in a row of each probe must hold. */
  hold: number;
  /** T, from the moment the act was accepted. */
  timeoutMs: number;
}

/**
 * Carries out an act between two looks at whether all is steady: K answers of each probe in a row must hold before,
 * else NOT_STEADY and nothing is done; after it, with the successor ready, K in a row again. The probes are asked all the
 * while, so that what failed in between, and for how long, stands in the document with `recoveredMs`. What is not
 * steady again within T is `not-recovered`.
 */
export async function measureRecovery(
  plan: RecoveryPlan,
  act: (onProgress: (step: ActProgress) => void) => Promise<ActDocument>,
  { clock, signal }: { clock: Clock; signal?: AbortSignal },
): Promise<ActDocument> {
  const watch = new ProbeWatch(plan, clock);
  try {
    await watch.untilSteadyOrFailed(signal);
    let acceptedAt = clock.monotonic();
    let readyAt: number | null = null;
    const document = await act((step) => {
      if (step.phase === 'accepted') acceptedAt = clock.monotonic();
      if (step.phase === 'ready') readyAt = clock.monotonic();
    });
    if (document.error) return document;
    // Where nothing follows, what is left must be steady without it.
    const from = readyAt ?? clock.monotonic();
    const isSteady = await watch.untilSteady(from, acceptedAt + plan.timeoutMs, signal);
    if (signal?.aborted) {
      const words = 'The wait for what is steady again was ended; the act was carried out';
      throw new PerchError('CANCELLED', words, { call: document.call });
    }
    return withRecovery(document, watch, { acceptedAt, from, isSteady, plan });
  } finally {
    watch.stop();
  }
}

function withRecovery(
  document: ActDocument,
  watch: ProbeWatch,
  seen: { acceptedAt: number; from: number; isSteady: boolean; plan: RecoveryPlan },
): ActDocument {
  const { acceptedAt, from, isSteady, plan } = seen;
  const probes = watch.answers.map((answers) => answers.result(acceptedAt, from));
  const steadyAt = Math.max(from, ...watch.answers.map((answers) => answers.steadySince(from) ?? from));
  // What is told by two clocks stays in order: nothing is recovered before it is ready.
  const atLeast = document.phases.readyMs ?? 0;
  const recoveredMs = isSteady ? Math.max(atLeast, Math.round((steadyAt - acceptedAt) * 10) / 10) : null;
  const measured = { ...document, phases: { ...document.phases, recoveredMs }, probes };
  if (isSteady || !WENT_WELL.has(document.outcome)) return measured;
  const late = probes.filter(({ steadyMs }) => steadyMs === null);
  const why = late.map(({ probe, lastFailure }) => `${probe}${lastFailure ? ` (${lastFailure})` : ''}`);
  return {
    ...measured,
    outcome: 'not-recovered',
    words: `${document.words}, but not steady within ${plan.timeoutMs} ms: ${why.join(', ')}`,
  };
}

const WENT_WELL: ReadonlySet<string> = new Set(['restarted', 'not-restarted', 'done']);

/** Asks each probe again and again, one question of each at a time, until it is stopped. */
class ProbeWatch {
  readonly answers: readonly Answers[];
  readonly #plan: RecoveryPlan;
  readonly #clock: Clock;
  readonly #stopped = new AbortController();
  #waiting: (() => void)[] = [];

  constructor(plan: RecoveryPlan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.answers = plan.probes.map(({ text }) => new Answers(text, plan.hold));
    plan.probes.forEach((probe, at) => void this.#ask(probe, this.answers[at]!));
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** The gate. Throws NOT_STEADY with the first probe that does not hold. */
  async untilSteadyOrFailed(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const failed = this.answers.findIndex(({ last }) => last !== undefined && last.failure !== null);
      if (failed >= 0) throw notSteady(this.#plan.probes[failed]!.text, this.answers[failed]!.last!.failure!);
      if (this.answers.every(({ isSteady }) => isSteady)) return;
      if (signal?.aborted) throw new PerchError('CANCELLED', 'Nothing was done');
      await this.#nextAnswer(signal);
    }
  }

  async untilSteady(from: number, deadline: number, signal?: AbortSignal): Promise<boolean> {
    for (;;) {
      if (this.answers.every((answers) => answers.steadySince(from) !== null)) return true;
      if (this.#clock.monotonic() >= deadline || signal?.aborted) return false;
      await this.#nextAnswer(signal, deadline - this.#clock.monotonic());
    }
  }

  async #ask(probe: Probe, answers: Answers): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const askedAt = this.#clock.monotonic();
      const failure = await probe.ask(signal);
      const answeredAt = this.#clock.monotonic();
      if (signal.aborted) return;
      answers.take({ askedAt, answeredAt, failure });
      for (const heard of this.#waiting.splice(0)) heard();
      await pause(this.#clock, Math.max(0, askedAt + this.#plan.everyMs - answeredAt), signal);
    }
  }

  #nextAnswer(signal: AbortSignal | undefined, mostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = mostMs === undefined ? null : this.#clock.after(mostMs, () => heard());
      const heard = () => {
        cancelTimer?.();
        signal?.removeEventListener('abort', heard);
        resolve();
      };
      signal?.addEventListener('abort', heard, { once: true });
      this.#waiting.push(heard);
    });
  }
}

function notSteady(probe: string, failure: string): PerchError {
  return new PerchError(
    'NOT_STEADY',
    `It is not steady before the act: ${probe} does not hold (${failure})`,
    {
      probe,
      failure,
    },
  );
}
