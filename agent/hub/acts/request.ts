import type { ActProgress } from '../../../protocol/act.ts';
import type { CallArgs } from '../../../protocol/calls.ts';
import type { Author } from '../../../protocol/ledger.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { monotonicMs } from '../../registry.ts';
import type { Hub } from '../hub.ts';
import { inTime } from '../in-time.ts';
import type { Suspensions } from '../suspensions.ts';
import type { Tracking } from './act-tracker.ts';

/** As in the call table, with its time settled. */
export type ActRequest = CallArgs<'act'> & { timeoutMs: number };

/** `deadline` is on the monotonic clock: what goes before the act itself is taken from its time. */
export interface TimedRequest extends ActRequest {
  deadline: number;
}

/** How the asking session hears of it. */
export interface ActAudience {
  author: Author;
  progress(step: ActProgress): void;
  /** Resolves once everything pushed so far has left this process. */
  flushed(): Promise<void>;
  /** Aborts when the asking session has ended. */
  sessionEnd: AbortSignal;
}

/** An act that is being carried out, on the node that it was found to mean. */
export interface ActUnderWay {
  hub: Hub;
  suspensions: Suspensions;
  node: TreeNode;
  tracking: Tracking;
  request: TimedRequest;
  audience: ActAudience;
}

/** Milliseconds that are left for an act, never less than one. */
export function remaining({ deadline }: TimedRequest): number {
  return Math.max(1, deadline - monotonicMs());
}

export function accepted(audience: ActAudience): void {
  audience.progress({ phase: 'accepted', afterMs: 0, words: 'accepted' });
}

/**
 * Before what may end this process: the word of it has left. Throws TIMEOUT where the asker does not take it within the
 * act's time; then nothing is to be done, since nobody could say afterwards what was.
 */
export async function hasLeft({ request, audience }: ActUnderWay): Promise<void> {
  const words = 'Whoever asked takes no answer, so the act was not begun: it may end what answers.';
  await inTime(audience.flushed(), remaining(request), words);
}
