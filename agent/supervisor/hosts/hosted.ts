import type { Spec } from '../child-spec.ts';
import type { Mail } from '../context.ts';
import { type Exit, HEARTBEAT_MISSED, KILLED, NORMAL, SHUTDOWN, thrownExit } from '../exit.ts';
import { AwaitedBeats, BEATS_PASSED_ON } from '../heartbeat.ts';
import type { Incarnation, Life } from '../incarnation.ts';
import type { FromRunner, StartNote, ToRunner } from './notes.ts';

/** How a thread or process was seen to end. */
export interface Ending {
  code: number | null;
  signal?: string | null;
  /** What came up from it as an error of its own: uncaught, out of memory, could not be started. */
  error?: unknown;
}

/** What a worker on a thread and one in a process have in common: notes to a runner, a deadline, an honest exit. */
export abstract class HostedLife implements Life {
  protected readonly incarnation: Incarnation;
  protected readonly spec: Spec;
  readonly #args: unknown;
  #told: 'nothing' | 'stop' | 'kill' = 'nothing';
  #deadline: NodeJS.Timeout | null = null;
  #beats: AwaitedBeats | null = null;
  #crash: Exit | null = null;
  #last: Extract<FromRunner, { perch: 'done' | 'failed' }> | null = null;
  #launchError: unknown = undefined;
  #hasEnded = false;

  constructor(incarnation: Incarnation, spec: Spec, args: unknown) {
    this.incarnation = incarnation;
    this.spec = spec;
    this.#args = args;
  }

  /** Makes the thread or process and tells it `note`. May throw. */
  protected abstract launch(note: StartNote): void;
  /** Ends it, whatever it does; false when nothing was launched, so that no end will follow. */
  protected abstract terminate(): boolean;
  protected abstract tell(note: ToRunner): void;
  /** It has been asked to end within `ms` (null: no limit): what else there is to be said meanwhile. */
  protected abstract insist(ms: number | null): void;

  start(): void {
    const { name: id, lineage, incarnation } = this.incarnation;
    const { module, isReadyExplicit, shutdown, heartbeat } = this.spec;
    const graceMs = shutdown === 'brutal_kill' ? 0 : shutdown === 'infinity' ? 5000 : shutdown.afterMs;
    const beatMs = heartbeat && heartbeat.everyMs / BEATS_PASSED_ON;
    const who = { module: module!, id, lineage, incarnation, args: this.#args };
    const start = { ...who, isReadyExplicit, graceMs, beatMs };
    try {
      this.launch({ perch: 'start', ...start });
    } catch (thrown) {
      this.#launchError = thrown;
      if (!this.terminate()) this.ended({ code: null });
    }
  }

  stop(): void {
    const { shutdown } = this.spec;
    if (shutdown === 'brutal_kill') return this.kill();
    if (this.#hasEnded || this.#told !== 'nothing') return;
    this.#told = 'stop';
    this.#beats?.end();
    const ms = shutdown === 'infinity' ? null : shutdown.afterMs;
    // Not unref'd: whoever awaits the stop waits for this, and what it ends keeps the process alive anyway.
    if (ms !== null) this.#deadline = setTimeout(() => this.kill(), ms);
    this.tell({ perch: 'stop' });
    this.insist(ms);
  }

  kill(): void {
    if (this.#hasEnded || this.#told === 'kill') return;
    this.#told = 'kill';
    this.#beats?.end();
    this.terminate();
  }

  receive(mail: Mail): void {
    if (!this.#hasEnded) this.tell({ perch: 'mail', mail });
  }

  protected noted(note: FromRunner): void {
    switch (note.perch) {
      case 'ready':
        this.incarnation.ready();
        return this.#awaitBeats();
      case 'beat':
        return this.#beats?.beat();
      case 'held':
        return this.#beats?.pause(note.forMs);
      case 'heard':
        return this.incarnation.heard(note.envelope);
      case 'done':
      case 'failed':
        this.#last = note;
    }
  }

  /** It is gone for good. */
  protected ended(ending: Ending): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#beats?.end();
    if (this.#deadline) clearTimeout(this.#deadline);
    this.incarnation.exited(this.#exitOf(ending));
  }

  #awaitBeats(): void {
    const { heartbeat } = this.spec;
    if (!heartbeat || this.#beats || this.#hasEnded || this.#told !== 'nothing') return;
    this.#beats = new AwaitedBeats(heartbeat, () => {
      this.#crash = HEARTBEAT_MISSED;
      this.kill();
    });
  }

  #exitOf({ code, signal, error = this.#launchError }: Ending): Exit {
    const facts = { ...(code === null ? {} : { code }), ...(signal ? { signal } : {}) };
    const last = this.#last;
    if (error !== undefined) return { ...thrownExit(error), ...facts };
    if (this.#told === 'kill') return { ...(this.#crash ?? KILLED), ...facts };
    if (last?.perch === 'failed' && !(last.isAbort && this.#told === 'stop')) {
      const { reason, stack, error: cause } = last;
      return { kind: 'abnormal', reason, ...facts, ...(stack ? { stack } : {}), error: cause };
    }
    if (this.#told === 'stop')
      return { ...SHUTDOWN, ...facts, reason: signal ? `shutdown (${signal})` : 'shutdown' };
    if (signal) return { kind: 'abnormal', reason: signal, ...facts };
    if (code !== 0) return { kind: 'abnormal', reason: `exit code ${code}`, ...facts };
    return { ...NORMAL, ...facts };
  }
}
