import type { Act, Budget } from './act.ts';
import type { NodeRef } from './ledger.ts';
import type { ChildFacts } from './tree.ts';

/**
 * What an act would do, before it is done: decided by the same `transition` on a copy of the supervisors' states.
 * In it every child that is started is ready at once and every one that is stopped ends in order; what the
 * service's own code does (fail to start, ignore its signal) nobody knows before.
 */
export interface Preview {
  node: NodeRef;
  act: Act;
  possible: boolean;
  /** Why it would be refused, in the words of the refusal; empty when it is possible. */
  why: string;
  /** One sentence: what would happen. */
  words: string;
  /** What ends, in the order in which it ends; the target among it. */
  stops: PreviewNode[];
  /** How many more than are listed. */
  stopsMore: number;
  /** What is started, in order; these have no id yet. */
  restarts: PreviewNode[];
  restartsMore: number;
  /** Of the supervisor that decides; null where none does. An act that is not counted leaves it as it is. */
  budget: Budget | null;
  /** Lineages of supervisors that would give up, innermost first. */
  givesUp: string[];
  /** Lineages whose protection refuses it. */
  protected: string[];
  /** What waits in those that end. */
  backlog: { lineage: string; word: string; count: number }[];
  /** False: no supervisor decides about it, or its loop stands still; then this was read off the tree. */
  isExact: boolean;
}

export interface PreviewNode {
  id: string | null;
  lineage: string;
  incarnation: number;
  /** Null for what no supervisor started. */
  restart: ChildFacts['restart'] | null;
}
