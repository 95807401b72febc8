import type { CallArgs } from '../../protocol/calls.ts';
import { LIMITS } from '../../protocol/limits.ts';
import {
  isDescendingUnlessTold,
  type NodeRow,
  type NodesAnswer,
  nodeOrder,
} from '../../protocol/node-list.ts';

export type NodesQuery = CallArgs<'nodes'>;

/** A row and whose it is. */
export type FleetRow = NodeRow & { instance: string };

export interface FleetNodesAnswer extends Pick<NodesAnswer, 'live' | 'matching'> {
  /** How many answered. */
  instances: number;
  rows: FleetRow[];
}

/**
 * The lists of several instances as one. Each has the first rows of its own, so the first of all are among them. An
 * instance that is reached two ways counts once, the first time.
 */
export function mergeNodes(
  answers: Iterable<{ instance: string; answer: NodesAnswer }>,
  { sort = 'busy', descending = isDescendingUnlessTold(sort), limit = LIMITS.nodeRows }: NodesQuery,
): FleetNodesAnswer {
  const live: NodesAnswer['live'] = { process: 0, thread: 0, supervisor: 0, worker: 0, component: 0 };
  let matching = 0;
  const rows: FleetRow[] = [];
  const epochs = new Set<string>();
  for (const { instance, answer } of answers) {
    if (epochs.has(answer.epoch)) continue;
    epochs.add(answer.epoch);
    for (const kind of Object.keys(live) as (keyof typeof live)[]) live[kind] += answer.live[kind] ?? 0;
    matching += answer.matching;
    for (const row of answer.rows) rows.push({ ...row, instance });
  }
  const order = nodeOrder(sort, descending);
  rows.sort((a, b) => order(a, b) || (a.instance < b.instance ? -1 : 1));
  return { instances: epochs.size, live, matching, rows: rows.slice(0, limit) };
}
