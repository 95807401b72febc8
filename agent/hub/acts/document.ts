import type { ActDocument, Outcome } from '../../../protocol/act.ts';
import { durationWords } from '../../../protocol/duration.ts';
import { type ErrorCode, PerchError } from '../../../protocol/errors.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Tracking } from './act-tracker.ts';
import type { ActRequest, ActUnderWay } from './request.ts';

/** The document of an act that has come to its end; one that has not by now is not recovered. */
export function finish(
  tracking: Tracking,
  { act, call, timeoutMs }: ActRequest,
  words?: string,
): ActDocument {
  const ended = tracking.ended ?? {
    outcome: 'not-recovered' as Outcome,
    words: `No successor of ${tracking.target.lineage} was ready within ${durationWords(timeoutMs)}`,
  };
  return {
    call,
    act,
    target: tracking.target,
    outcome: ended.outcome,
    words: words && ended.outcome === 'not-restarted' ? words : ended.words,
    successor: tracking.successor && {
      id: tracking.successor.id,
      incarnation: tracking.successor.incarnation,
    },
    affected: tracking.affected.map(({ id, lineage }) => ({ id, lineage })),
    phases: tracking.phases,
    clock: 'agent',
  };
}

/** The document of an act that was not carried out. */
export function refusal(
  tracking: Tracking,
  request: ActRequest,
  code: ErrorCode,
  words: string,
): ActDocument {
  tracking.ended = { outcome: code === 'GONE' ? 'gone' : 'refused', words };
  return {
    ...finish(tracking, request),
    error: new PerchError(code, words, { node: tracking.target.id }).toDocument(),
  };
}

/** The document of an act that did what it says. */
export function done({ tracking, request }: ActUnderWay, words: string): ActDocument {
  tracking.ended = { outcome: 'done', words };
  return finish(tracking, request);
}

export function nothingRestarts(node: TreeNode): PerchError {
  return new PerchError(
    'NOT_POSSIBLE',
    `No supervisor started ${node.lineage}, so nothing would start it again. Kill or stop it instead.`,
  );
}
