import type { TreeNode } from '../../protocol/tree.ts';
import type { ProcessIdentity } from '../faults/end-process.ts';
import { refOf } from './acts.ts';
import type { Hub } from './hub.ts';
import type { JoinRequest } from './join.ts';
import type { JoinedHub } from './joined-hub.ts';
import { blankNode, processName } from './own-process.ts';
import { cpuPercentBetween, type ProcessSample, readProcess, scanDescendants } from './proc.ts';

interface Known {
  label: string;
  pid: number;
  /** Clock ticks after boot at its start: tells a reused pid. */
  startTicks: number | null;
  sample: ProcessSample | null;
  sampledAt: number;
}

/** The service's other processes in the root hub's tree: those that joined, and those that /proc alone knows. */
export class OtherProcesses {
  readonly #hub: Hub;
  readonly #known = new Map<string, Known>();
  /** Labels given so far, by pid: a reused pid gets a suffix. */
  readonly #given = new Map<number, number>();
  /** Worker node by the pid that hosts it. */
  readonly #hosting = new Map<number, string>();
  /** How a child ended, as its parent's probe saw it; kept until the node is ended with it. */
  readonly #exits = new Map<number, string>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** One look at /proc. Costs the hub's thread some milliseconds on a full machine, the service nothing. */
  scan(): void {
    const found = scanDescendants(this.#hub.own.pid, [...this.#known.values()]);
    if (!found.available) return;
    const now = performance.now();
    const seen = new Set<string>();
    for (const sample of found.processes) {
      if (sample.isZombie) continue;
      const known = this.#recognise(sample);
      seen.add(known.label);
      this.#show(known, sample, now);
    }
    for (const known of [...this.#known.values()]) {
      if (!seen.has(known.label) && !this.#hub.joined.has(known.label)) this.#gone(known);
    }
  }

  started(_pid: number): void {
    if (this.#hub.tree.isWatched) this.scan();
  }

  ended(pid: number, code: number | null, signal: string | null): void {
    const reason = signal ?? `exit code ${code}`;
    this.#exits.set(pid, reason);
    for (const known of [...this.#known.values()]) if (known.pid === pid) this.#gone(known);
  }

  hostedBy(workerId: string, pid: number): void {
    this.#hosting.set(pid, workerId);
    for (const known of this.#known.values()) {
      if (known.pid === pid)
        this.#hub.tree.patch(known.label, { parent: workerId, ...this.#hostedName(workerId) });
    }
  }

  /** The label under which a joining hub makes its ids. */
  labelFor(request: JoinRequest): string {
    const startTicks = readProcess(request.pid)?.startTicks ?? null;
    for (const known of this.#known.values()) {
      if (known.pid === request.pid && known.startTicks === startTicks) return known.label;
    }
    return this.#know(request.pid, startTicks).label;
  }

  joined(joined: JoinedHub): void {
    const sample = readProcess(joined.pid);
    const known =
      this.#known.get(joined.label) ?? this.#know(joined.pid, sample?.startTicks ?? null, joined.label);
    if (sample) this.#show(known, sample, performance.now());
    else this.#put(known, joined.ppid, {});
    this.#hub.tree.patch(joined.label, { observed: true });
    const node = this.#hub.tree.nodes.get(joined.label);
    if (node) this.#hub.ledger.add({ kind: 'joined', node: refOf(node) });
  }

  /** What a joined hub says of its own process and all in it. */
  merge(label: string, changed: TreeNode[], removed: string[]): void {
    const { tree } = this.#hub;
    for (const node of changed) {
      if (node.id === label) {
        const { name, lineage } = node;
        tree.patch(label, {
          ...(this.#hosting.has(node.pid) ? {} : { name, lineage }),
          command: node.command,
          metrics: node.metrics,
          startedAt: node.startedAt,
          observed: true,
        });
        continue;
      }
      tree.put(node);
      if (node.id === `${label}.0`) this.#reflectHosted(label, node);
    }
    for (const id of removed) if (id !== label) tree.remove(id);
  }

  /** Its connection ended: with its process, or it lost its way to us while it lives on. */
  left(label: string): void {
    this.#hub.joined.delete(label);
    const known = this.#known.get(label);
    const node = this.#hub.tree.nodes.get(label);
    if (!known || !node) return;
    const sample = readProcess(known.pid);
    if (!sample || sample.isZombie || sample.startTicks !== known.startTicks) return this.#gone(known);
    this.#hub.ledger.add({ kind: 'left', node: refOf(node), reason: 'its agent is gone, the process lives' });
    for (const each of this.#nodesOf(label)) {
      this.#hub.tree.patch(each.id, each.id === label ? { observed: false } : { status: 'stale' });
    }
  }

  /** The joined hub in the process that hosts this worker, once it is there. */
  joinedHosting(workerId: string): JoinedHub | null {
    for (const joined of this.#hub.joined.values()) {
      if (this.#hosting.get(joined.pid) === workerId) return joined;
    }
    return null;
  }

  identityOf(pid: number): ProcessIdentity {
    for (const known of this.#known.values())
      if (known.pid === pid) return { pid, startTicks: known.startTicks };
    return { pid, startTicks: readProcess(pid)?.startTicks ?? null };
  }

  #recognise(sample: ProcessSample): Known {
    for (const known of this.#known.values()) {
      if (known.pid === sample.pid && known.startTicks === sample.startTicks) return known;
    }
    return this.#know(sample.pid, sample.startTicks);
  }

  #know(pid: number, startTicks: number | null, wanted?: string): Known {
    const isOwnPid = pid === this.#hub.own.pid;
    const count = (this.#given.get(pid) ?? (isOwnPid ? 1 : 0)) + 1;
    this.#given.set(pid, count);
    const label = wanted ?? (count === 1 ? String(pid) : `${pid}~${count}`);
    const known: Known = { label, pid, startTicks, sample: null, sampledAt: 0 };
    this.#known.set(label, known);
    return known;
  }

  #show(known: Known, sample: ProcessSample, now: number): void {
    const isJoined = this.#hub.joined.has(known.label);
    const metrics: TreeNode['metrics'] = { rssBytes: sample.rssBytes };
    if (known.sample && now > known.sampledAt) {
      metrics.cpuPercent = cpuPercentBetween(known.sample, sample, now - known.sampledAt);
    }
    known.sample = sample;
    known.sampledAt = now;
    const present = this.#hub.tree.nodes.get(known.label);
    // What runs inside knows its own figures and command better.
    if (present && isJoined) return;
    this.#put(known, sample.ppid, { command: sample.command, metrics, startedAt: sample.startedAt });
  }

  #put(known: Known, ppid: number, fields: Partial<TreeNode>): void {
    const hosting = this.#hosting.get(known.pid);
    const present = this.#hub.tree.nodes.get(known.label);
    const name = present?.name || processName((fields.command ?? '').split(' '));
    const parent = hosting ?? this.#parentOf(ppid);
    this.#hub.tree.put({
      ...blankNode(known.pid),
      ...present,
      observed: this.#hub.joined.has(known.label),
      ...fields,
      id: known.label,
      parent,
      links: hosting ? [{ to: this.#parentOf(ppid), kind: 'registered-by' }] : [],
      name,
      lineage: `process:${name}`,
      ...(hosting ? this.#hostedName(hosting) : {}),
    });
  }

  /** A process that hosts a worker goes by the worker's name. */
  #hostedName(workerId: string): Partial<TreeNode> {
    const worker = this.#hub.tree.nodes.get(workerId);
    return worker ? { name: worker.name, lineage: `process:${worker.name}` } : {};
  }

  #parentOf(ppid: number): string {
    for (const known of this.#known.values()) if (known.pid === ppid) return known.label;
    return this.#hub.own.id;
  }

  #reflectHosted(label: string, main: TreeNode): void {
    const workerId = this.#hosting.get(this.#known.get(label)?.pid ?? -1);
    const worker = workerId === undefined ? undefined : this.#hub.tree.nodes.get(workerId);
    if (!worker || worker.endedAt !== null) return;
    const { hasState, backlogWord, metrics } = main;
    this.#hub.tree.patch(worker.id, {
      hasState,
      backlogWord,
      ...(metrics.backlog === undefined ? {} : { metrics: { ...worker.metrics, backlog: metrics.backlog } }),
    });
  }

  #gone(known: Known): void {
    this.#known.delete(known.label);
    const reason = this.#exits.get(known.pid) ?? 'ended';
    this.#exits.delete(known.pid);
    const node = this.#hub.tree.nodes.get(known.label);
    if (!node || node.endedAt !== null) return;
    for (const each of this.#nodesOf(known.label)) {
      this.#hub.tree.end(each.id, {
        exitReason: each.id === known.label ? reason : `its process ended (${reason})`,
      });
    }
    // Of a hosted one the supervisor tells.
    const isHosted = this.#hosting.delete(known.pid);
    if (!isHosted) this.#hub.ledger.add({ kind: 'exited', node: refOf(node), reason });
  }

  #nodesOf(label: string): TreeNode[] {
    const nodes = this.#hub.tree.nodes.values();
    return [...nodes].filter(({ id }) => id === label || id.startsWith(`${label}.`));
  }
}
