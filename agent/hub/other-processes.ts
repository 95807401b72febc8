import type { NodeRef } from '../../protocol/ledger.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { blankNode } from './blank-node.ts';
import { type Ending, withLastWords } from './ending.ts';
import type { Hub } from './hub.ts';
import type { JoinRequest } from './join.ts';
import type { JoinedHub } from './joined-hub.ts';
import { livesOf, Members, moved } from './members.ts';
import { refOf } from './node-ref.ts';
import { type Descendant, Orphans } from './orphans.ts';
import { PidLabels } from './pid-labels.ts';
import { cpuPercentBetween, type ProcessSample, readProcess, scanDescendants } from './proc.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { processName } from './process-name.ts';

interface Known {
  label: string;
  pid: number;
  /** Clock ticks after boot at its start: tells a reused pid. */
  startTicks: number | null;
  sample: ProcessSample | null;
  sampledAt: number;
  /** What was below it when it was first missed: by the next look that hangs elsewhere. */
  family: Descendant[] | null;
  /** The act that is to end it. */
  call: string | null;
}

interface Untold {
  node: NodeRef;
  isHosted: boolean;
  call: string | null;
  timer: NodeJS.Timeout;
}

/** A process that closes its files is gone this long after, on a busy machine too. */
const LEAVING_MS = 250;

/** Its parent's probe says why a process ended, unless that loop is busy: so long it is waited for. */
const UNTOLD_MS = 100;

/** The service's other processes in the root hub's tree: those that joined, and those that /proc alone knows. */
export class OtherProcesses {
  readonly #hub: Hub;
  readonly #known = new Map<string, Known>();
  readonly #labels = new PidLabels();
  /** Worker node by the pid that hosts it. */
  readonly #hosting = new Map<number, string>();
  /** Pids that belong to a cluster or a pool. */
  readonly #members = new Members();
  /** Ended ones whose reason their parent's probe may still tell. */
  readonly #untold = new Map<number, Untold>();

  readonly orphans: Orphans;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#labels.next(hub.own.pid);
    this.orphans = new Orphans((fact) => hub.ledger.add(fact));
  }

  /** One look at /proc. Costs the hub's thread some milliseconds on a full machine, the service nothing. */
  scan(): void {
    const found = scanDescendants(this.#hub.own.pid, [...this.#known.values()]);
    if (!found.available) return;
    const now = performance.now();
    this.#keepFamilies(found.processes);
    const seen = new Set<string>();
    for (const sample of found.processes) {
      if (sample.isZombie) continue;
      const known = this.#recognise(sample);
      seen.add(known.label);
      this.#show(known, sample, now);
    }
    for (const known of [...this.#known.values()]) {
      if (!seen.has(known.label) && !this.#hub.joined.has(known.label))
        this.#gone(known, { reason: 'ended' });
    }
  }

  /** Of those that a scan no longer finds, before it changes what is known of the others. */
  #keepFamilies(found: readonly ProcessSample[]): void {
    const running = new Map(found.flatMap((each) => (each.isZombie ? [] : [[each.pid, each.startTicks]])));
    for (const known of this.#known.values()) {
      if (running.get(known.pid) !== known.startTicks) known.family ??= this.#familyOf(known);
    }
  }

  /** What was below it when /proc was last looked at. */
  #familyOf({ pid }: Known): Descendant[] {
    const pids = new Set([pid]);
    const family: Descendant[] = [];
    for (let size = 0; size !== pids.size; ) {
      size = pids.size;
      for (const { pid: below, startTicks, sample } of this.#known.values()) {
        if (!sample || pids.has(below) || !pids.has(sample.ppid)) continue;
        pids.add(below);
        family.push({ pid: below, startTicks, command: sample.command });
      }
    }
    return family;
  }

  /** Only the root looks at /proc: it hears of what a joined hub would find by a scan of its own. */
  started(): void {
    if (this.#hub.isRoot && this.#hub.tree.isWatched) this.scan();
  }

  /** What a probe says of a child of its thread. */
  ended(pid: number, code: number | null, signal: string | null): void {
    const ending =
      signal !== null ? { reason: signal, signal } : { reason: `exit code ${code}`, code: code ?? 0 };
    for (const known of [...this.#known.values()]) if (known.pid === pid) this.#gone(known, ending);
    this.#told(pid, ending);
  }

  /** An act is about to end it: who asked for it stands in its exit, whoever sees that first. Null takes it back. */
  endsBy(identity: ProcessIdentity, call: string | null): void {
    for (const known of this.#known.values()) {
      if (known.pid === identity.pid && known.startTicks === identity.startTicks) known.call = call;
    }
  }

  /** Seen to have ended by the hub itself; how is `ending` unless its parent's probe knows better. */
  lost(identity: ProcessIdentity, ending: Ending): void {
    for (const known of [...this.#known.values()]) {
      if (known.pid === identity.pid && known.startTicks === identity.startTicks) this.#gone(known, ending);
    }
  }

  /** A worker runs in that process, or no longer does. */
  hostedBy(workerId: string, pid: number, isRunning: boolean): void {
    if (!isRunning) {
      if (this.#hosting.get(pid) === workerId) this.#hosting.delete(pid);
      return;
    }
    if (this.#hosting.get(pid) === workerId) return;
    this.#hosting.set(pid, workerId);
    for (const known of this.#known.values()) {
      if (known.pid === pid)
        this.#hub.tree.patch(known.label, { parent: workerId, ...this.#hostedName(workerId) });
    }
  }

  /** A component of whatever process has these as its members; null: it has ended. */
  belong(component: { id: string; lineage: string }, pids: readonly number[] | null): void {
    const { tree } = this.#hub;
    const placed = pids ? this.#members.follow(component, pids) : this.#members.drop(component.id);
    for (const known of this.#known.values()) {
      const node = placed.includes(known.pid) ? tree.nodes.get(known.label) : undefined;
      if (!node || node.endedAt !== null) continue;
      const before = node.lineage;
      this.#put(known, known.sample?.ppid ?? this.#hub.own.pid, {});
      for (const { id, lineage } of this.#nodesOf(known.label))
        tree.patch(id, { lineage: moved(lineage, before, node.lineage) });
    }
  }

  /** The label under which a joining hub makes its ids; the one it had with our predecessor, if it had one. */
  labelFor({ pid, label }: JoinRequest): string {
    const startTicks = readProcess(pid)?.startTicks ?? null;
    for (const known of this.#known.values()) {
      if (known.pid === pid && known.startTicks === startTicks) return known.label;
    }
    const suffix = label === null ? null : new RegExp(`^${pid}(?:~(\\d{1,9}))?$`).exec(label);
    if (!suffix || this.#known.has(label!)) return this.#know(pid, startTicks).label;
    return this.#know(pid, startTicks, { label: label!, count: Number(suffix[1] ?? 1) }).label;
  }

  joined(joined: JoinedHub): void {
    const sample = readProcess(joined.pid);
    const known =
      this.#known.get(joined.label) ??
      this.#know(joined.pid, sample?.startTicks ?? null, { label: joined.label, count: 1 });
    if (sample) this.#show(known, sample, performance.now());
    else this.#put(known, joined.ppid, {});
    this.#hub.tree.patch(joined.label, { observed: true });
    const node = this.#hub.tree.nodes.get(joined.label);
    if (node) this.#hub.ledger.add({ kind: 'joined', node: refOf(node) });
  }

  /** All that a joined hub says of its own process and what is in it. */
  mergeWhole(label: string, nodes: TreeNode[]): void {
    const told = new Set(nodes.map(({ id }) => id));
    const removed = this.#nodesOf(label).flatMap(({ id }) => (told.has(id) ? [] : id));
    this.merge(label, nodes, removed);
  }

  /** What has changed of it. */
  merge(label: string, changed: TreeNode[], removed: string[]): void {
    const { tree } = this.#hub;
    const isIts = (id: string) => id === label || id.startsWith(`${label}.`);
    for (const node of changed) {
      if (!isIts(node.id)) continue;
      if (node.id === label) {
        const { name, lineage } = node;
        const place = this.#members.placeOf(node.pid);
        if (!this.#hosting.has(node.pid)) tree.patch(label, place ? { name } : { name, lineage });
        tree.patch(label, {
          command: node.command,
          metrics: node.metrics,
          startedAt: node.startedAt,
          status: node.status,
          observed: true,
          adapters: node.adapters,
        });
        continue;
      }
      tree.put(this.#placed(label, node));
      if (node.component?.pids) this.belong(node, node.endedAt === null ? node.component.pids : null);
      if (node.id === `${label}.0`) this.#reflectHosted(label, node);
      if (node.host === 'process' && node.pid !== this.#known.get(label)?.pid) this.#showHost(node);
    }
    for (const id of removed) if (id !== label && isIts(id)) tree.remove(id);
  }

  /** What stands in a member of a cluster goes by the member's place: its hub knows no more than the script. */
  #placed(label: string, node: TreeNode): TreeNode {
    const place = this.#members.placeOf(this.#known.get(label)?.pid ?? -1);
    if (!place) return node;
    const [process_ = ''] = node.lineage.split('/', 1);
    return { ...node, lineage: moved(node.lineage, process_, place.lineage) };
  }

  /** It does not answer, though its process lives: what it said last is no longer known to be so. */
  silent(label: string): void {
    for (const { id, endedAt } of this.#nodesOf(label)) {
      if (endedAt === null) this.#hub.tree.patch(id, { status: 'stale' });
    }
  }

  /**
   * Its connection ended: with its process, or it lost its way to us while it lives on. A process that ends closes its
   * files some moments before it is gone: that one lives on is told once that has been looked at again.
   */
  left(label: string): void {
    this.#hub.joined.delete(label);
    const known = this.#known.get(label);
    if (!known || !this.#hub.tree.nodes.has(label)) return;
    if (hasEnded(known)) return this.#gone(known, { reason: 'ended' });
    for (const { id, endedAt } of this.#nodesOf(label)) {
      if (id === label) this.#hub.tree.patch(id, { observed: false, status: 'running' });
      else if (endedAt === null) this.#hub.tree.patch(id, { status: 'stale' });
    }
    setTimeout(() => this.#leftBehind(known), LEAVING_MS);
  }

  #leftBehind(known: Known): void {
    const node = this.#hub.tree.nodes.get(known.label);
    // Its end was told meanwhile, or it has found its way back.
    if (!node || node.endedAt !== null || this.#hub.joined.has(known.label)) return;
    if (hasEnded(known)) return this.#gone(known, { reason: 'ended' });
    this.#hub.ledger.add({ kind: 'left', node: refOf(node), reason: 'its agent is gone, the process lives' });
  }

  /** The joined hub in the process that hosts this worker, once it is there. */
  joinedHosting(workerId: string): JoinedHub | null {
    for (const joined of this.#hub.joined.values()) {
      if (this.#hosting.get(joined.pid) === workerId) return joined;
    }
    return null;
  }

  /** Of a process node, that very process; of any other node, the one that has its pid now. */
  identityOf({ id, pid }: TreeNode): ProcessIdentity {
    const known = this.#known.get(id);
    return { pid, startTicks: known ? known.startTicks : (readProcess(pid)?.startTicks ?? null) };
  }

  #recognise(sample: ProcessSample): Known {
    for (const known of this.#known.values()) {
      if (known.pid === sample.pid && known.startTicks === sample.startTicks) return known;
    }
    return this.#know(sample.pid, sample.startTicks);
  }

  #know(pid: number, startTicks: number | null, wanted?: { label: string; count: number }): Known {
    const label = this.#labels.next(pid, wanted);
    const known: Known = { label, pid, startTicks, sample: null, sampledAt: 0, family: null, call: null };
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
    // What runs inside knows its own figures and command better, but not where it hangs.
    if (present && isJoined) return this.#put(known, sample.ppid, {});
    this.#put(known, sample.ppid, { command: sample.command, metrics, startedAt: sample.startedAt });
  }

  #put(known: Known, ppid: number, fields: Partial<TreeNode>): void {
    const hosting = this.#hosting.get(known.pid);
    const present = this.#hub.tree.nodes.get(known.label);
    const name = present?.name || processName((fields.command ?? '').split(' '));
    const place = this.#members.placeOf(known.pid);
    const parent = hosting ?? place?.component ?? this.#parentOf(ppid);
    this.#hub.tree.put({
      ...blankNode(known.pid),
      ...present,
      observed: this.#hub.joined.has(known.label),
      ...fields,
      id: known.label,
      parent,
      links: hosting ? [{ to: this.#parentOf(ppid), kind: 'registered-by' }] : [],
      name,
      lineage: place?.lineage ?? `process:${name}`,
      ...(place ? livesOf(place) : {}),
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

  /** A worker of a joined process that runs in a process of its own, which has joined here as well. */
  #showHost(worker: TreeNode): void {
    this.hostedBy(worker.id, worker.pid, worker.endedAt === null);
    const joined = this.joinedHosting(worker.id);
    const main = joined && this.#hub.tree.nodes.get(`${joined.label}.0`);
    if (main) this.#reflectHosted(joined.label, main);
  }

  #gone(known: Known, ending: Ending): void {
    const family = known.family ?? this.#familyOf(known);
    this.#known.delete(known.label);
    const node = this.#hub.tree.nodes.get(known.label);
    const isHosted = this.#hosting.delete(known.pid);
    this.#members.ended(known.pid, ending.reason);
    if (!node || node.endedAt !== null) return;
    for (const { id, endedAt } of this.#nodesOf(known.label)) {
      const why = id === known.label ? ending.reason : `its process ended (${ending.reason})`;
      this.#hub.tree.end(id, endedAt === null ? { exitReason: why } : {});
    }
    const above = node.parent === null ? undefined : this.#hub.tree.nodes.get(node.parent);
    this.orphans.follow(refOf(above?.kind === 'worker' ? above : node), family);
    const { pid } = known;
    const hasProbedParent = node.parent?.split('.')[0] === this.#hub.own.id || isHosted;
    const timer = setTimeout(() => this.#told(pid, ending), UNTOLD_MS);
    this.#untold.set(pid, { node: refOf(node), isHosted, call: known.call, timer });
    if (!hasProbedParent) this.#told(pid, ending);
  }

  /** Why a process ended is known as well as it will be. */
  #told(pid: number, ending: Ending): void {
    const untold = this.#untold.get(pid);
    if (!untold) return;
    this.#untold.delete(pid);
    clearTimeout(untold.timer);
    const told = withLastWords(ending, this.#hub.lastWordsOf(pid));
    this.#hub.tree.patch(untold.node.id, { exitReason: told.reason });
    this.#members.ended(pid, told.reason);
    // Of a hosted one the supervisor tells.
    const cause = untold.call === null ? {} : { call: untold.call };
    if (!untold.isHosted) this.#hub.ledger.add({ kind: 'exited', node: untold.node, ...told, ...cause });
  }

  #nodesOf(label: string): TreeNode[] {
    const nodes = this.#hub.tree.nodes.values();
    return [...nodes].filter(({ id }) => id === label || id.startsWith(`${label}.`));
  }
}

function hasEnded({ pid, startTicks }: Known): boolean {
  const sample = readProcess(pid);
  return !sample || sample.isZombie || sample.startTicks !== startTicks;
}
