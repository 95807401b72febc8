import type { Act, Lost, Outcome } from '../../protocol/act.ts';
import type { Author, Decision, LedgerEvent, NodeRef } from '../../protocol/ledger.ts';

/**
 * One line of the timeline. What belongs to one end of one incarnation (asked, exited, decided, started, ready)
 * is one line that fills up as it happens; everything else is a line of its own.
 */
export interface TimelineRow {
  /** Unique and stable while the line fills up. */
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  what:
    | 'ended'
    | 'started'
    | 'blocked'
    | 'unblocked'
    | 'straggler'
    | 'start-failed'
    | 'joined'
    | 'left'
    | 'hub-restarted'
    | 'refused'
    | 'epoch'
    | 'armed'
    | 'disarmed'
    | 'suspended'
    | 'resumed'
    | 'orphans'
    | 'previous-epoch';
  node: NodeRef;
  successor: NodeRef | null;
  /** Why it ended, or what else there is to say. */
  reason: string | null;
  act: { act: Act; author: Author; reason: string; outcome: Outcome | null; words: string | null } | null;
  decision: {
    decision: Decision;
    by: NodeRef;
    restartsInPeriod: number;
    intensity: number;
    periodMs: number;
    affected: NodeRef[];
  } | null;
  /** From the exit to the successor being ready; while it is not, null. */
  tookMs: number | null;
  isStraggler: boolean;
  /** What a kill lost, once that is known. */
  lost: Lost | null;
}

/** Rows kept on the screen; the hub keeps the ledger. */
const MAX_ROWS = 2000;

/** Folds the ledger of one instance into rows, newest last. Feed it events in order; repeated ones are passed over. */
export class Timeline {
  #rows: TimelineRow[] = [];
  #epoch = '';
  #lastSeq = -1;
  /** Lines still filling up: by the id that ended, by call, and by the id that started. */
  readonly #byEnded = new Map<string, TimelineRow>();
  readonly #byCall = new Map<string, TimelineRow>();
  readonly #byStarted = new Map<string, TimelineRow>();
  /** Agent clock of the exit a line is about. */
  readonly #exitedAt = new Map<string, number>();

  /** A new array after each change; the rows in it are replaced, never mutated, when they change. */
  get rows(): readonly TimelineRow[] {
    return this.#rows;
  }

  /** True when something was added or changed. */
  add(epoch: string, events: readonly LedgerEvent[]): boolean {
    if (epoch !== this.#epoch) this.#turnEpoch(epoch, events[0]);
    const fresh = events.filter((event) => event.seq > this.#lastSeq);
    if (fresh.length === 0) return false;
    this.#rows = [...this.#rows];
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
        const { act, author, reason } = event;
        const row = this.#push(event, 'ended', { act: { act, author, reason, outcome: null, words: null } });
        this.#byCall.set(event.call, row);
        this.#byEnded.set(event.node.id, row);
        return;
      }
      case 'act-ended': {
        const row = this.#byCall.get(event.call);
        this.#byCall.delete(event.call);
        if (!row?.act) return;
        this.#change(row, {
          act: { ...row.act, outcome: event.outcome, words: event.words },
          ...(event.outcome === 'refused' || event.outcome === 'gone' ? { what: 'refused' as const } : {}),
        });
        return;
      }
      case 'exited': {
        const asked = this.#byEnded.get(event.node.id);
        this.#exitedAt.set(event.node.id, event.t);
        if (asked) this.#change(asked, { reason: event.reason, at: event.at });
        else this.#byEnded.set(event.node.id, this.#push(event, 'ended', { reason: event.reason }));
        return;
      }
      case 'decided': {
        const { decision, by, restartsInPeriod, intensity, periodMs, affected } = event;
        const row = this.#byEnded.get(event.node.id) ?? this.#push(event, 'ended', {});
        this.#byEnded.set(event.node.id, row);
        this.#change(row, { decision: { decision, by, restartsInPeriod, intensity, periodMs, affected } });
        return;
      }
      case 'started': {
        const row = event.previous && this.#byEnded.get(event.previous.id);
        if (!row) {
          this.#byStarted.set(event.node.id, this.#push(event, 'started', {}));
          return;
        }
        this.#byStarted.set(event.node.id, row);
        this.#change(row, { successor: event.node });
        return;
      }
      case 'ready': {
        const row = this.#byStarted.get(event.node.id);
        this.#byStarted.delete(event.node.id);
        if (!row?.successor) return;
        const exitedAt = this.#exitedAt.get(row.node.id);
        this.#exitedAt.delete(row.node.id);
        // Its successor runs beside it: that it is a straggler, and its end, are still to come.
        if (exitedAt === undefined) return;
        this.#byEnded.delete(row.node.id);
        this.#change(row, { tookMs: event.t - exitedAt });
        return;
      }
      case 'straggler': {
        const row = this.#byEnded.get(event.node.id);
        const reason = `told to end, still runs after ${Math.round(event.afterMs)} ms`;
        if (row) this.#change(row, { isStraggler: true });
        else this.#push(event, 'straggler', { reason, isStraggler: true });
        return;
      }
      case 'blocked':
        this.#push(event, 'blocked', { reason: event.frames[0] ? `in ${event.frames[0]}` : null });
        return;
      case 'unblocked':
        this.#push(event, 'unblocked', { tookMs: event.blockedMs });
        return;
      case 'joined':
        this.#push(event, 'joined', {});
        return;
      case 'start-failed':
      case 'left':
      case 'hub-restarted':
        this.#push(event, event.kind, { reason: event.reason });
        return;
      case 'lost': {
        const row = this.#rows.findLast(({ node }) => node.id === event.previous.id);
        if (row) this.#change(row, { lost: event.lost });
        return;
      }
      case 'orphans': {
        const running = event.processes.filter(({ isRunning }) => isRunning).map(({ pid }) => pid);
        this.#push(event, 'orphans', {
          reason: running.length === 0 ? 'all ended with it' : `still running: ${running.join(', ')}`,
        });
        return;
      }
      case 'armed':
      case 'disarmed':
        this.#push(event, event.kind, { reason: event.kind === 'armed' ? event.reason : event.why });
        return;
      case 'suspended':
        this.#push(event, 'suspended', {});
        return;
      case 'resumed':
        this.#push(event, 'resumed', { reason: event.why, tookMs: event.afterMs });
        return;
      case 'previous-epoch':
        this.#push(event, 'previous-epoch', { reason: event.previous.words });
        return;
      default:
        event satisfies never;
    }
  }

  #push(event: LedgerEvent, what: TimelineRow['what'], more: Partial<TimelineRow>): TimelineRow {
    const row: TimelineRow = {
      id: `${this.#epoch}/${event.seq}`,
      at: event.at,
      what,
      node: event.node,
      successor: null,
      reason: null,
      act: null,
      decision: null,
      tookMs: null,
      isStraggler: false,
      lost: null,
      ...more,
    };
    this.#rows.push(row);
    return row;
  }

  #change(row: TimelineRow, changed: Partial<TimelineRow>): void {
    const current = this.#rows.findLastIndex(({ id }) => id === row.id);
    if (current === -1) return;
    const next = { ...this.#rows[current]!, ...changed };
    this.#rows[current] = next;
    for (const index of [this.#byEnded, this.#byCall, this.#byStarted]) {
      for (const [key, value] of index) if (value.id === row.id) index.set(key, next);
    }
  }

  /** A new life of the service: nothing of the old one can fill up any more. */
  #turnEpoch(epoch: string, first: LedgerEvent | undefined): void {
    const isFirst = this.#epoch === '';
    this.#epoch = epoch;
    this.#lastSeq = -1;
    for (const index of [this.#byEnded, this.#byCall, this.#byStarted, this.#exitedAt]) index.clear();
    if (isFirst || !first) return;
    const row: TimelineRow = {
      id: `${epoch}/start`,
      at: first.at,
      what: 'epoch',
      node: first.node,
      successor: null,
      reason: 'the service started anew',
      act: null,
      decision: null,
      tookMs: null,
      isStraggler: false,
      lost: null,
    };
    this.#rows = [...this.#rows, row];
  }

  #trim(): void {
    if (this.#rows.length > MAX_ROWS) this.#rows = this.#rows.slice(-MAX_ROWS);
    for (const index of [this.#byEnded, this.#byCall, this.#byStarted, this.#exitedAt]) {
      for (const key of index.keys()) {
        if (index.size <= MAX_ROWS) break;
        index.delete(key);
      }
    }
  }
}
