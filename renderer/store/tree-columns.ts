import { STATUS_RANKS, type TreeNode } from '../../protocol/tree.ts';

/** Above all roots, so that several of them are one tree. It is no node. */
export const TOP = 0;

/**
 * A tree as columns, for whoever goes through all of it. A slot is a node's place in each of them; it is the node's as
 * long as the tree has it, and another's afterwards. Columns grow by being replaced: they are read anew after each
 * commit, never kept.
 */
export interface TreeColumns {
  /** Changes with whatever stands in here. */
  readonly version: number;
  /** One past the last slot that was ever used. */
  readonly end: number;
  /** The slot it is shown under; `TOP` for roots, -1 for `TOP` itself and for what is not shown among its siblings. */
  readonly parent: Int32Array;
  /** By rank in STATUS_RANKS; what has ended is `exited`, unless its successor is waited for. */
  readonly status: Uint8Array;
  /** The worst status at or below it. */
  readonly worst: Uint8Array;
  /** 1 while it lives. */
  readonly alive: Uint8Array;
  /** How many ends its subtree has: 1 where nothing hangs from it. */
  readonly leaves: Uint32Array;
  /** How many nodes are at or below it; `TOP` counts all, without itself. */
  readonly size: Uint32Array;
  /** How many at or below it have the status of this rank. */
  readonly countOf: (slot: number, rank: number) => number;
  /** What hangs from it, in the order shown; from `TOP` the roots. Not to be changed, nor kept. */
  readonly childrenOf: (slot: number) => readonly number[];
  /** -1: it is not shown. */
  readonly slotOf: (id: string) => number;
  /** Empty for `TOP` and for slots nobody has. */
  readonly idAt: (slot: number) => string;
  readonly nodeAt: (slot: number) => TreeNode | null;
}

const RANKS = new Map(STATUS_RANKS.map((status, rank) => [status, rank]));

export function rankOf({ status, endedAt }: Pick<TreeNode, 'status' | 'endedAt'>): number {
  // One whose successor is due is in trouble though it has ended.
  return endedAt !== null && status !== 'restarting' ? 0 : (RANKS.get(status) ?? 1);
}
