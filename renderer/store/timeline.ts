import type { Act } from '../../protocol/act.ts';
import type { LedgerEvent, PreviousEpoch } from '../../protocol/ledger.ts';
import { NO_PHASES, plainRow, type RowPhases, rowOf, type TimelineRow } from './timeline-row.ts';

export type { TimelineRow } from './timeline-row.ts';

/** Rows kept on the screen; the hub keeps the ledger. */
const MAX_ROWS = 2000;

/** Acts that end an incarnation; the others leave a line of their own. */
const ENDING: ReadonlySet<Act> = new Set(['kill', 'stop', 'restart']);

/** Folds the ledger of one instance into rows, newest last. Feed it events in order; repeated ones are passed over. */
export class Timeline {
  /** Something happened before the first row that is not known here: the agent no longer had it, or it was put away. */
  isCut = false;
  /** How the life before this epoch ended; null where the agent did not say. */
  previous: PreviousEpoch | null = null;
  #rows: TimelineRow[] = [];
  /** Of a flood nobody asks for the rows after each event. */
  #given: readonly TimelineRow[] | null = null;
  #epoch = '';
  #lastSeq = -1;
  /** Ids of lines still filling up: by the node that ended, by call, and by the node that started. */
  readonly #byEnded = new Map<string, string>();
  readonly #byCall = new Map<string, string>();
  readonly #byStarted = new Map<string, string>();
  /** When the lease of a suspended node ends, milliseconds since 1970 at the agent. */
  readonly #leases = new Map<string, number>();

  /** A new array after each change; the rows in it are replaced, never mutated, when they change. */
  get rows(): readonly TimelineRow[] {
    this.#given ??= this.#rows.slice(-MAX_ROWS);
    return this.#given;
  }

  get epoch(): string {
    return this.#epoch;
  }

  leaseOf(node: string): number | null {
    return this.#leases.get(node) ?? null;
  }

  /** True when something was added or changed. */
  add(epoch: string, events: readonly LedgerEvent[]): boolean {
    if (epoch !== this.#epoch) this.#turnEpoch(epoch, events[0]);
    const fresh = events.filter((event) => event.seq > this.#lastSeq);
    if (fresh.length === 0) return false;
    // The agent counts from 1: what begins later, or leaves some out, was cut.
    if (fresh[0]!.seq > Math.max(1, this.#lastSeq + 1)) this.isCut = true;
    this.#given = null;
    for (const event of fresh) {
      this.#lastSeq = event.seq;
      this.#fold(event);
    }
    this.#trim();
    return true;
  }

  #fold(event: LedgerEvent): void {
    switch (event.kind) {
      case 'act': {
        const { act, call, author, reason } = event;
        const isEnding = ENDING.has(act);
        const row = this.#push(event, isEnding ? 'ended' : 'acted', {
          act: { act, call, author, reason, outcome: null, words: null },
          phases: { ...NO_PHASES, accepted: event.t },
        });
        this.#byCall.set(call, row);
        if (isEnding) this.#byEnded.set(event.node.id, row);
        return;
      }
      case 'act-ended': {
        const row = this.#take(this.#byCall, event.call);
        if (!row?.act) return;
        const isRefused = event.outcome === 'refused' || event.outcome === 'gone';
        // It goes on living: its end will be another line.
        if (event.outcome === 'done') this.#byEnded.delete(event.node.id);
        const { outcome, words, untouched, budget, audit } = event;
        this.#change(row, {
          act: { ...row.act, outcome, words, untouched, budget, audit },
          ...(isRefused ? { what: 'refused' as const } : {}),
        });
        return;
      }
      case 'exited': {
        const { reason, stack, by = null } = event;
        const frames = stack?.split('\n').map((line) => line.trim()) ?? [];
        const asked = this.#row(this.#byEnded.get(event.node.id));
        const phases = { ...(asked?.phases ?? NO_PHASES), exited: event.t };
        this.#leases.delete(event.node.id);
        if (asked) this.#change(asked, { reason, frames, by, phases, at: event.at });
        else this.#byEnded.set(event.node.id, this.#push(event, 'ended', { reason, frames, by, phases }));
        return;
      }
      case 'decided': {
        const { decision, by, restartsBefore = null, restartsInPeriod, intensity, periodMs } = event;
        const id = this.#byEnded.get(event.node.id) ?? this.#push(event, 'ended', {});
        this.#byEnded.set(event.node.id, id);
        const row = this.#row(id)!;
        const { affected } = event;
        this.#change(row, {
          decision: { decision, by, restartsBefore, restartsInPeriod, intensity, periodMs, affected },
          phases: { ...row.phases, decided: event.t },
        });
        return;
      }
      case 'started': {
        const row = this.#row(event.previous && this.#byEnded.get(event.previous.id));
        if (!row) {
          const phases = { ...NO_PHASES, started: event.t };
          this.#byStarted.set(event.node.id, this.#push(event, 'started', { phases }));
          return;
        }
        this.#byStarted.set(event.node.id, row.id);
        this.#change(row, { successor: event.node, phases: { ...row.phases, started: event.t } });
        return;
      }
      case 'ready': {
        const row = this.#take(this.#byStarted, event.node.id);
        if (!row) return;
        const phases: RowPhases = { ...row.phases, ready: event.t };
        // Its successor may run beside it: that it is a straggler, and its end, are still to come.
        const isOver = row.successor !== null && phases.exited !== null;
        if (isOver) this.#byEnded.delete(row.node.id);
        this.#change(row, { phases, ...(isOver ? { tookMs: event.t - phases.exited! } : {}) });
        return;
      }
      case 'straggler': {
        const row = this.#row(this.#byEnded.get(event.node.id));
        const reason = `told to end, still runs after ${Math.round(event.afterMs)} ms`;
        const frames = event.holds ?? [];
        if (row) this.#change(row, { isStraggler: true, frames });
        else this.#push(event, 'straggler', { reason, frames, isStraggler: true });
        return;
      }
      case 'lost': {
        const row = this.#rows.findLast(({ node }) => node.id === event.previous.id);
        if (row) this.#change(row, { lost: event.lost });
        return;
      }
      case 'suspended':
        this.#leases.set(event.node.id, event.at + event.leaseMs);
        // Whoever asked for it has a line that says so.
        if (!this.#row(this.#byCall.get(event.call))) this.#push(event, 'suspended', {});
        return;
      case 'resumed': {
        this.#leases.delete(event.node.id);
        const asked =
          event.why === 'asked' && this.#rows.findLast(({ act }) => act?.act === 'resume' && !act.outcome);
        const { what, ...more } = plainRow(event);
        if (asked) this.#change(asked, { tookMs: event.afterMs });
        else this.#push(event, what, more);
        return;
      }
      default: {
        if (event.kind === 'previous-epoch') this.previous = event.previous;
        const { what, ...more } = plainRow(event);
        this.#push(event, what, more);
      }
    }
  }

  /** Gives the id of the new line. */
  #push(event: LedgerEvent, what: TimelineRow['what'], more: Partial<TimelineRow>): string {
    const id = `${this.#epoch}/${event.seq}`;
    this.#rows.push(rowOf({ id, at: event.at, what, node: event.node, ...more }));
    return id;
  }

  #row(id: string | null | undefined): TimelineRow | undefined {
    return id ? this.#rows.findLast((row) => row.id === id) : undefined;
  }

  /** The line, which this kind of event fills up no more. */
  #take(index: Map<string, string>, key: string): TimelineRow | undefined {
    const row = this.#row(index.get(key));
    index.delete(key);
    return row;
  }

  #change({ id }: TimelineRow, changed: Partial<TimelineRow>): void {
    const at = this.#rows.findLastIndex((row) => row.id === id);
    if (at !== -1) this.#rows[at] = { ...this.#rows[at]!, ...changed };
  }

  /** A new life of the service: nothing of the old one can fill up any more. */
  #turnEpoch(epoch: string, first: LedgerEvent | undefined): void {
    const isFirst = this.#epoch === '';
    this.#epoch = epoch;
    this.#lastSeq = -1;
    this.previous = null;
    for (const index of this.#indexes) index.clear();
    if (isFirst || !first) return;
    const { at, node } = first;
    const reason = 'the service started anew';
    this.#rows.push(rowOf({ id: `${epoch}/start`, at, what: 'epoch', node, reason }));
  }

  #trim(): void {
    if (this.#rows.length > MAX_ROWS) this.isCut = true;
    if (this.#rows.length >= 2 * MAX_ROWS) this.#rows = this.#rows.slice(-MAX_ROWS);
    for (const index of this.#indexes) {
      for (const key of index.keys()) {
        if (index.size <= MAX_ROWS) break;
        index.delete(key);
      }
    }
  }

  get #indexes(): Map<string, unknown>[] {
    return [this.#byEnded, this.#byCall, this.#byStarted, this.#leases];
  }
}
