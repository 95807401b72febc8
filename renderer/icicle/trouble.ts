import { type NodeStatus, STATUS_RANKS, type TreeNode } from '../../protocol/tree.ts';

/**
 * How much a node asks for attention; the larger shines through its ancestors. Failed outranks stopped: what ended in
 * order is no trouble, however many they are.
 */
export const TROUBLE = { none: 0, ended: 1, waiting: 2, warn: 3, bad: 4 } as const;

/** From here on it is counted as trouble, and coloured. */
export const COUNTED_FROM: number = TROUBLE.warn;

const OF_STATUS: Record<NodeStatus, number> = {
  running: TROUBLE.none,
  starting: TROUBLE.waiting,
  stopping: TROUBLE.waiting,
  exited: TROUBLE.ended,
  suspended: TROUBLE.warn,
  stale: TROUBLE.warn,
  straggler: TROUBLE.warn,
  restarting: TROUBLE.warn,
  blocked: TROUBLE.bad,
};

const OF_RANK = Uint8Array.from(STATUS_RANKS, (status) => OF_STATUS[status]);
const EXITED = STATUS_RANKS.indexOf('exited');

/** By the rank of a status (STATUS_RANKS). */
export function troubleOf(rank: number): number {
  return OF_RANK[rank]!;
}

/** Whether it has ended and nothing is to come. */
export function isOver(rank: number): boolean {
  return rank === EXITED;
}

/** Reasons that are an end in order (OTP: normal, shutdown). */
const IN_ORDER = /^(normal|shutdown\b.*|stopped|restarted)$/;

/** Of a ghost at whose place nothing lives any more: it ended in order, or it failed. */
export function troubleOfEnd(node: Pick<TreeNode, 'exitReason'> | null): number {
  return IN_ORDER.test(node?.exitReason ?? 'normal') ? TROUBLE.ended : TROUBLE.bad;
}
