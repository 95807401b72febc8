import type { ActProgress } from '../protocol/act.ts';
import type { CallArgs } from '../protocol/calls.ts';
import type { ActTarget } from './act-aftermath.ts';
import type { Keep } from './audit/receipts.ts';
import type { Clock } from './clock.ts';
import type { Connect } from './instance.ts';
import type { Session } from './session.ts';

/** What some acts take beside (`signal`, `leaseMs`, `child` …) is as in the call table. */
export interface ActRequest extends Omit<CallArgs<'act'>, 'node' | 'call'> {
  /** The incarnation meant, as the tree of `epoch` showed it. */
  node: ActTarget;
  /** Repeats a call: the same id acts once. Made when absent. */
  call?: string;
  /** How long a recovery may take (T); 10 s unless told. */
  timeoutMs?: number;
}

/** What makes a session one that may act: it is armed for the act, and disarmed after it. */
export interface ArmFor {
  reason: string;
  /** From now on; after a lost connection, for what is left of it. */
  forMs: number;
  /** The session to begin with is armed already, and stays so. */
  isArmed?: boolean;
}

export interface ActLink {
  /** The session to begin with; it is not closed here. */
  session: Session;
  /** Makes another one after it was lost. */
  connect: Connect;
  arm: ArmFor;
}

export interface ActOptions {
  onProgress?: (progress: ActProgress) => void;
  /** Ends the wait, never the act: rejects with CANCELLED. */
  signal?: AbortSignal;
  clock?: Clock;
  random?: () => number;
  /** Keeps the audit's head that comes with the receipt. */
  keep?: Keep;
}
