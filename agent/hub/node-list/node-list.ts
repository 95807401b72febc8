import type { CallArgs } from '../../../protocol/calls.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import {
  isDescendingUnlessTold,
  type NodeRow,
  type NodesAnswer,
  nodeOrder,
} from '../../../protocol/node-list.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Hub } from '../hub.ts';
import { filterOf } from './filter.ts';
import { Rates, RestartRates } from './rates.ts';
import { emptyRow, fillRow } from './row.ts';
import { TopN } from './top-n.ts';

/** What is kept between two questions, for rates, while somebody goes on asking. */
interface Lease {
  rates: Rates;
  restarts: RestartRates;
  release: () => void;
  end: NodeJS.Timeout;
}

/**
 * The list of nodes: the first of them in an order, picked here, so that a tree of 100,000 costs its watcher no more
 * than a small one. Goes over the tree in slices, and serves others in between.
 */
export class NodeList {
  readonly #hub: Hub;
  #lease: Lease | null = null;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  async ask(args: CallArgs<'nodes'>, signal: AbortSignal): Promise<NodesAnswer> {
    const isFirst = this.#lease === null;
    const lease = this.#renew();
    // Who asks again and again is sent what changes; only the first has to fetch it.
    if (isFirst) await this.#hub.gather();
    return this.#pick(args, lease, signal);
  }

  #renew(): Lease {
    const held = this.#lease;
    if (held) clearTimeout(held.end);
    const end = setTimeout(() => {
      this.#lease = null;
      lease.release();
    }, LIMITS.nodesLeaseMs);
    const lease: Lease = held
      ? Object.assign(held, { end })
      : { rates: new Rates(), restarts: new RestartRates(), release: this.#hub.watched(), end };
    this.#lease = lease;
    return lease;
  }

  async #pick(
    { sort = 'busy', descending, limit = LIMITS.nodeRows, kinds, text }: CallArgs<'nodes'>,
    { rates, restarts }: Lease,
    signal: AbortSignal,
  ): Promise<NodesAnswer> {
    const { tree } = this.#hub;
    const top = new TopN<NodeRow>(limit, nodeOrder(sort, descending ?? isDescendingUnlessTold(sort)));
    const isWanted = filterOf(kinds, text);
    const live: NodesAnswer['live'] = { process: 0, thread: 0, supervisor: 0, worker: 0, component: 0 };
    let matching = 0;
    const now = performance.now();
    const restartRates = restarts.begin(now);
    const row = emptyRow();
    const take = (node: TreeNode, host: TreeNode | null): void => {
      const restartsPerS = restartRates.look(node);
      const { backlogPerS, memoryPerS } = rates.look(node, now);
      if (!isWanted(node)) return;
      matching++;
      fillRow(row, node, host, {
        backlogPerS,
        memoryPerS: host ? rates.look(host, now).memoryPerS : memoryPerS,
        restartsPerS,
      });
      top.offer(row, (filled) => ({ ...filled }));
    };
    // What runs on a thread or in a process of its own is taken once that is met, and without it at the end.
    const withHost = new Set<TreeNode>();
    const hosted: TreeNode[] = [];
    await inSlices(tree.nodes.values(), signal, (node) => {
      if (node.endedAt !== null) return;
      live[node.kind]++;
      if (node.kind === 'worker' && node.host !== 'task') {
        hosted.push(node);
        return;
      }
      take(node, null);
      const worker = hostedBy(node, tree.nodes);
      if (!worker || worker.endedAt !== null || withHost.has(worker)) return;
      withHost.add(worker);
      take(worker, node);
    });
    for (const node of hosted) if (!withHost.has(node)) take(node, null);
    restartRates.end();
    return { epoch: tree.epoch, at: Date.now(), live, matching, rows: top.sorted() };
  }
}

function hostedBy({ kind, parent }: TreeNode, nodes: ReadonlyMap<string, TreeNode>): TreeNode | null {
  if ((kind !== 'thread' && kind !== 'process') || parent === null) return null;
  const above = nodes.get(parent);
  return above?.kind === 'worker' ? above : null;
}

/** Between two looks at the clock. */
const NODES_A_LOOK = 200;

/** What comes while it goes on is visited too, what goes is not: a map's own order. */
async function inSlices<T>(items: Iterable<T>, signal: AbortSignal, visit: (item: T) => void): Promise<void> {
  let since = performance.now();
  let count = 0;
  for (const item of items) {
    visit(item);
    if (++count % NODES_A_LOOK !== 0 || performance.now() - since < LIMITS.nodesSliceMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    since = performance.now();
  }
}
