import type { Decision } from '../../protocol/ledger.ts';
import type { BackOff, Wait } from './back-off.ts';
import type { Exit } from './exit.ts';
import { Fifo } from './fifo.ts';
import { emptyWindow, type RestartWindow } from './restart-window.ts';

export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'dynamic';
export type RestartType = 'permanent' | 'transient' | 'temporary';
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant';

/** What a supervisor was told; OTP's supervisor flags. */
export interface SupervisorFlags {
  readonly strategy: Strategy;
  /** Restarts allowed within `periodMs`; one more and it gives up. */
  readonly intensity: number;
  readonly periodMs: number;
  readonly autoShutdown: AutoShutdown;
  /** Absent: a restart is at once, as OTP's. */
  readonly backOff?: BackOff;
}

/** A child as the decisions see it. Whoever drives `transition` may extend it; only these fields are touched. */
export interface Child {
  readonly id: string;
  readonly rule: { readonly restart: RestartType; readonly significant: boolean };
  /** `none`: OTP's `undefined`. `restarting`: its restart failed and is tried again soon, or it waits (back-off.ts). */
  phase: 'none' | 'starting' | 'running' | 'stopping' | 'restarting';
  /** Names one life, OTP's pid: an event about another life than this is ignored. */
  pid: number;
  /** It ended while the supervisor was busy; the exit waits in the queue. */
  exit: Exit | null;
  /** Set where the supervisor has a back-off, from the first restart on. */
  wait?: Wait;
}

/** What code asks of a supervisor; `request` comes back in a `reply` effect. OTP's calls of the same names. */
export type RequestEvent<C extends Child, R> =
  | { type: 'start-child'; child: C; request: R }
  /** With `pid` that very life is meant, and not one that has followed it while this waited. */
  | { type: 'terminate-child'; id: string; request: R; pid?: number; call?: string }
  | { type: 'restart-child'; id: string; request: R }
  | { type: 'delete-child'; id: string; request: R }
  /** Not OTP's: an orderly stop and a start, not counted as a restart; just a start for a stopped child. */
  | { type: 'cycle-child'; id: string; request: R; pid?: number; call?: string };

export type SupervisorEvent<C extends Child, R> =
  /** Starts all children, left to right. */
  | { type: 'start' }
  /** That life of the child is ready. */
  | { type: 'started'; child: C; pid: number }
  /** That life ended; before `started` it means that the start failed. */
  | { type: 'exited'; child: C; pid: number; exit: Exit }
  /** A restart that failed is due again. As in OTP it may be a later one than the one that asked for this. */
  | { type: 'try-again'; child: C }
  /** The wait before its restart is over. */
  | { type: 'due'; child: C; pid: number }
  | RequestEvent<C, R>
  /** Its parent, or the code that owns it, ends it in an orderly way. */
  | { type: 'shutdown' }
  /** It is killed: every child is killed at once. */
  | { type: 'kill' };

/** OTP's error words for a request. `shutdown`: the supervisor is ending. */
export type RequestError =
  | 'already_started'
  | 'already_present'
  | 'not_found'
  | 'running'
  | 'restarting'
  | 'simple_one_for_one'
  | 'start_failed'
  | 'shutdown'
  | 'not_running';

export type Reply<C extends Child> = { child: C } | { error: RequestError; exit?: Exit };

/** How a supervisor ended. */
export type SupervisorEnd<C extends Child> =
  | { why: 'shutdown' | 'intensity' | 'auto_shutdown' | 'killed' }
  | { why: 'start_failed'; child: C; exit: Exit };

export type Effect<C extends Child, R> =
  /** `isNew`: its first start, asked for by code; otherwise it is started again, or with its supervisor. */
  | { do: 'start'; child: C; pid: number; isNew: boolean }
  /** Ask it to end within its own shutdown; an `exited` must follow. */
  | { do: 'stop'; child: C; pid: number; call: string | undefined }
  | { do: 'kill'; child: C; pid: number }
  /** `delayMs`: the restart waits so long, by back-off. */
  | { do: 'decide'; child: C; decision: Decision; restartsInPeriod: number; affected: C[]; delayMs?: number }
  /** Feed `try-again` after giving other events a turn. */
  | { do: 'try-again'; child: C }
  /** Feed `due` after `delayMs`, unless the wait ends before. */
  | { do: 'wait'; child: C; pid: number; delayMs: number }
  | { do: 'end-wait'; child: C }
  /** The child is no longer one of this supervisor's. */
  | { do: 'forget'; child: C }
  | { do: 'reply'; request: R; reply: Reply<C> }
  /** All children have started. */
  | { do: 'ready' }
  | { do: 'exit'; end: SupervisorEnd<C> };

/** What the supervisor is in the middle of; meanwhile exits and requests wait, as they do in OTP's mailbox. */
export type Operation<C extends Child, R> = Starting<C, R> | Stopping<C, R>;

export interface Starting<C extends Child, R> {
  kind: 'starting';
  todo: readonly C[];
  next: number;
  why: { kind: 'init' } | { kind: 'restart' } | { kind: 'request'; request: R; keepsChild: boolean };
}

export interface Stopping<C extends Child, R> {
  kind: 'stopping';
  todo: readonly C[];
  next: number;
  call: string | undefined;
  then:
    | { kind: 'start'; group: readonly C[] }
    /** The child's back-off begins once those that are restarted with it have stopped. */
    | { kind: 'wait'; child: C; delayMs: number }
    | { kind: 'reply'; child: C; request: R }
    | { kind: 'cycle'; child: C; request: R }
    | { kind: 'exit'; end: SupervisorEnd<C> };
}

export interface SupervisorState<C extends Child, R> {
  readonly flags: SupervisorFlags;
  phase: 'new' | 'running' | 'exited';
  /** In start order. */
  readonly children: Map<string, C>;
  readonly restarts: RestartWindow;
  nextPid: number;
  operation: Operation<C, R> | null;
  readonly queue: Fifo<SupervisorEvent<C, R>>;
}

/** One turn of a supervisor: its state, the effects gathered so far, and the clock it was given. */
export interface Turn<C extends Child, R> {
  readonly state: SupervisorState<C, R>;
  readonly effects: Effect<C, R>[];
  readonly nowMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export function newState<C extends Child, R>(
  flags: SupervisorFlags,
  children: Iterable<C>,
): SupervisorState<C, R> {
  const byId = new Map<string, C>();
  for (const child of children) byId.set(child.id, child);
  return {
    flags,
    phase: 'new',
    children: byId,
    restarts: emptyWindow(),
    nextPid: 1,
    operation: null,
    queue: new Fifo(),
  };
}
