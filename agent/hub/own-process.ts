import { performance } from 'node:perf_hooks';
import type { ComponentFacts } from '../../protocol/component.ts';
import type { NodeRef } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { HubMessage, ProbeMessage, WireNode } from '../probe/messages.ts';
import { AdapterNotes } from './adapter-notes.ts';
import { blankNode } from './blank-node.ts';
import { declaredNode } from './declared-node.ts';
import type { Ledger } from './ledger.ts';
import { livesOf, Members } from './members.ts';
import { named } from './named-fact.ts';
import { threadExit } from './thread-exit.ts';
import { ThreadLink } from './thread-link.ts';
import type { TreeStore } from './tree-store.ts';

interface Facts {
  /** The process's id: its pid, with a suffix where the pid was used before. */
  id: string;
  pid: number;
  name: string;
  lineage: string;
  /** Lineages of its threads start with this: empty for the root, `process:NAME/` for others. */
  prefix: string;
  command: string;
  startedAt: number;
}

/** The process that this hub lives in: turns what its probes say into nodes, events and marks. */
export class OwnProcess {
  readonly id: string;
  readonly pid: number;
  readonly threads = new Map<number, ThreadLink>();
  /** Called when a loop comes to stand still, once an incident, for its stack. */
  onBlocked: (threadId: number) => void = () => {};
  readonly #facts: Facts;
  readonly #tree: TreeStore;
  readonly #ledger: Ledger;
  readonly #names = new Map<number, string>();
  /** Worker node by the thread that hosts it. */
  readonly #hosting = new Map<number, string>();
  /** Who started a thread: it ends with that one, which is then no longer there to say so. */
  readonly #startedBy = new Map<number, number>();
  /** Threads that belong to a pool. */
  readonly #members = new Members();
  /** Those of them whose pool lets idle ones stand still. */
  readonly #parking = new Map<number, 'parked' | 'at work'>();
  readonly #notes: AdapterNotes;
  /** Threads whose name is to be asked for yet. */
  readonly #unnamed = new Set<number>();
  #checkedAt = performance.now();
  #lastCpu = process.cpuUsage();
  #lastSampleAt = performance.now();

  constructor(facts: Facts, tree: TreeStore, ledger: Ledger) {
    this.id = facts.id;
    this.pid = facts.pid;
    this.#facts = facts;
    this.#tree = tree;
    this.#ledger = ledger;
    this.#notes = new AdapterNotes(tree, facts.id);
    tree.put(this.#processNode());
  }

  threadId(threadNodeId: string): number | null {
    const [process_, thread, serial] = threadNodeId.split('.');
    return process_ === this.id && thread !== undefined && serial === undefined ? Number(thread) : null;
  }

  /** A thread with a probe. */
  addThread(
    threadId: number,
    memory: SharedArrayBuffer,
    startedAt: number,
    post: (message: HubMessage) => void,
  ): void {
    this.threads.get(threadId)?.close();
    const link = new ThreadLink(threadId, memory, post, performance.now());
    link.pulse.watch(this.#isWatched);
    this.threads.set(threadId, link);
    this.#park(threadId);
    this.#showThread(threadId, startedAt);
  }

  receive(threadId: number, message: ProbeMessage): void {
    const link = this.threads.get(threadId);
    if (!link || link.receive(message)) return;
    switch (message.t) {
      case 'changes':
        return this.#applyChanges(threadId, message);
      case 'adapters':
        return this.#notes.say(threadId, message.notes);
      case 'thread-started':
        if (message.name) this.#names.set(message.threadId, message.name);
        this.#startedBy.set(message.threadId, threadId);
        return this.#showThread(message.threadId, Date.now());
      case 'thread-ended':
        return this.threadEnded(message.threadId, ...threadExit(message));
      default:
        // Child processes are the root hub's business (hub.ts).
        return;
    }
  }

  /** Names that only the inspector knows (Node 20 does not tell a thread's name). */
  nameThreads(names: ReadonlyMap<number, string | null>): void {
    for (const [threadId, name] of names) {
      const node = this.#tree.nodes.get(this.#threadNodeId(threadId));
      if (this.#names.has(threadId) || !node || node.endedAt !== null) continue;
      if (name === null) {
        this.#unnamed.delete(threadId);
        continue;
      }
      this.#names.set(threadId, name);
      this.#unnamed.delete(threadId);
      this.#tree.patch(this.#threadNodeId(threadId), { name, lineage: this.#threadLineage(threadId) });
    }
  }

  get hasUnnamedThreads(): boolean {
    return this.#unnamed.size > 0;
  }
  #isWatched = false;

  /** While watched, probes send changes at once, not with the heartbeat. */
  setWatched(isWatched: boolean): void {
    this.#isWatched = isWatched;
    for (const link of this.threads.values()) link.pulse.watch(isWatched);
  }

  /** Has every thread whose loop turns send what it holds; waits no longer than `timeoutMs`. */
  async gather(timeoutMs: number): Promise<void> {
    const asks = Array.from(this.threads.values(), (link) =>
      link.ask('flush', {}, timeoutMs).catch(() => null),
    );
    await Promise.all(asks);
  }

  /** Looks at every heartbeat; call it each `LIMITS.beatMs`. */
  check(): void {
    const now = performance.now();
    // A hub that was itself late (a stopped machine, a starved core) has missed beats, not seen them missing.
    const wasLate = now - this.#checkedAt > LIMITS.beatMs * 2;
    this.#checkedAt = now;
    for (const [threadId, link] of this.threads) {
      if (wasLate && link.blockedSince === null) {
        link.forgive(now);
        continue;
      }
      const id = this.#threadNodeId(threadId);
      const change = link.check(now);
      if (change?.blocked) this.onBlocked(threadId);
      if (change && !change.blocked) {
        this.#ledger.add({ kind: 'unblocked', node: this.#ref(id), blockedMs: Math.round(change.blockedMs) });
        this.#tree.patch(id, { status: 'running', blockedMs: null });
      }
      this.#showHeld(id, link.pulse.isHeld);
      if (link.blockedSince !== null) {
        this.#tree.patch(id, { status: 'blocked', blockedMs: Math.round(now - link.blockedSince) });
      }
    }
  }

  /** The lease may have ended by itself: what the thread's memory says is how it is. */
  #showHeld(id: string, isHeld: boolean): void {
    if (isHeld) this.#tree.patch(id, { status: 'suspended' });
    else if (this.#tree.nodes.get(id)?.status === 'suspended') this.#tree.patch(id, { status: 'running' });
  }

  /** One sample of metrics into the tree, with `more` of the process. Reads shared memory and this process's own counters only. */
  sample(more: TreeNode['metrics'] = {}): void {
    const now = performance.now();
    const cpu = process.cpuUsage(this.#lastCpu);
    const elapsedUs = (now - this.#lastSampleAt) * 1000;
    this.#lastCpu = process.cpuUsage();
    this.#lastSampleAt = now;
    this.#tree.patch(this.id, {
      metrics: {
        cpuPercent: elapsedUs > 0 ? Math.round(((cpu.user + cpu.system) / elapsedUs) * 1000) / 10 : 0,
        rssBytes: process.memoryUsage.rss(),
        ...more,
      },
    });
    for (const [threadId, link] of this.threads) {
      const id = this.#threadNodeId(threadId);
      const backlog = this.#tree.nodes.get(id)?.metrics.backlog;
      this.#tree.patch(id, {
        metrics: { ...link.pulse.figures(), ...(backlog === undefined ? {} : { backlog }) },
      });
    }
  }

  #applyChanges(threadId: number, changes: Extract<ProbeMessage, { t: 'changes' }>): void {
    for (const node of changes.nodes) this.#putDeclared(threadId, node);
    for (const node of changes.ended) {
      const child: WireNode['child'] = node.child && { ...node.child, hasLostPlace: true };
      this.#putDeclared(threadId, { ...node, child });
      this.#tree.end(this.#declaredId(threadId, node.serial), {
        status: node.status === 'straggler' ? 'straggler' : 'exited',
        exitReason: node.exitReason,
        endedAt: node.endedAt ?? Date.now(),
      });
      if (node.component) this.#componentEnded(this.#declaredId(threadId, node.serial));
    }
    for (const fact of changes.facts)
      this.#ledger.add(named(fact, (serial) => this.#declaredId(threadId, serial)));
    if (changes.hosted) {
      const { hasState, backlogWord, backlog } = changes.hosted;
      for (const id of [this.#threadNodeId(threadId), this.#hosting.get(threadId)]) {
        const node = id === undefined ? undefined : this.#tree.nodes.get(id);
        if (!node) continue;
        const metrics = backlog === null ? node.metrics : { ...node.metrics, backlog };
        this.#tree.patch(node.id, { hasState, backlogWord, metrics });
      }
    }
  }

  #putDeclared(threadId: number, wire: WireNode): void {
    const id = this.#declaredId(threadId, wire.serial);
    const thread = this.#threadNodeId(threadId);
    const { parent, runsIn } = wire;
    const present = this.#tree.nodes.get(id);
    const isHosted = runsIn !== null && 'threadId' in runsIn;
    const hostThread = isHosted ? this.#tree.nodes.get(this.#threadNodeId(runsIn.threadId)) : undefined;
    this.#tree.put(
      declaredNode(wire, present, {
        id,
        thread,
        threadId,
        parent: parent === null ? thread : this.#declaredId(threadId, parent),
        lineage: wire.component ? this.#componentLineage(threadId, wire.lineage) : wire.lineage,
        pid: this.#facts.pid,
        hostThread,
      }),
    );
    if (wire.component && wire.endedAt === null) this.#showMembers(id, wire.component, wire.parked);
    if (isHosted && wire.endedAt === null) {
      this.#hosting.set(runsIn.threadId, id);
      this.#names.set(runsIn.threadId, wire.name);
      this.#showThread(runsIn.threadId, wire.startedAt);
    }
    if (runsIn && 'pid' in runsIn) this.onHostsProcess(id, runsIn.pid, wire.endedAt === null);
  }

  #showMembers(id: string, { threads, pids }: ComponentFacts, parked: WireNode['parked']): void {
    const component = this.#tree.nodes.get(id);
    if (!component) return;
    if (pids) this.onPids(component, pids);
    for (const threadId of threads ? this.#members.follow(component, threads) : []) this.#showAgain(threadId);
    for (const threadId of (parked && threads) ?? []) {
      this.#parking.set(threadId, parked!.includes(threadId) ? 'parked' : 'at work');
      this.#park(threadId);
    }
  }

  #park(threadId: number): void {
    const link = this.threads.get(threadId);
    if (link) link.parking = this.#parking.get(threadId) ?? null;
  }

  #componentEnded(id: string): void {
    this.onPids({ id, lineage: '' }, null);
    for (const threadId of this.#members.drop(id)) {
      this.#parking.delete(threadId);
      this.#park(threadId);
      this.#showAgain(threadId);
    }
  }

  #showAgain(threadId: number): void {
    if (this.isAlive(threadId)) this.#showThread(threadId, Date.now());
  }

  /** A component has these processes as its members; null: it has ended. */
  onPids: (component: { id: string; lineage: string }, pids: readonly number[] | null) => void = () => {};

  /** A worker declared here runs in a process of its own, or has ended there. */
  onHostsProcess: (workerId: string, pid: number, isRunning: boolean) => void = () => {};

  #showThread(threadId: number, startedAt: number): void {
    const id = this.#threadNodeId(threadId);
    const present = this.#tree.nodes.get(id);
    const host = this.#hosting.get(threadId);
    const place = this.#members.placeOf(threadId);
    if (threadId !== 0 && !present && !this.#names.has(threadId)) this.#unnamed.add(threadId);
    this.#tree.put({
      ...blankNode(this.#facts.pid),
      ...(present ?? { startedAt }),
      id,
      parent: host ?? place?.component ?? this.#threadAbove(threadId) ?? this.id,
      links: host === undefined ? [] : [{ to: this.id, kind: 'registered-by' }],
      kind: 'thread',
      name: this.#threadName(threadId),
      lineage: this.#threadLineage(threadId),
      threadId,
      observed: this.threads.has(threadId),
      ...(place ? livesOf(place) : {}),
    });
  }

  /** The thread that started it, where that is not main. */
  #threadAbove(threadId: number): string | null {
    const by = this.#startedBy.get(threadId) ?? 0;
    return by !== 0 && this.isAlive(by) ? this.#threadNodeId(by) : null;
  }

  /** Runs `then` when the thread has ended. */
  onThreadEnd(threadId: number, then: () => void): void {
    this.#threadEnds.set(threadId, then);
  }
  readonly #threadEnds = new Map<number, () => void>();

  /** What probes took of threads that have ended by now. */
  takenByEndedMs = 0;

  /** An act is about to end it: its exit says so. */
  endsBy(threadId: number, call: string): void {
    this.#endingCalls.set(threadId, call);
  }
  readonly #endingCalls = new Map<number, string>();

  isAlive(threadId: number): boolean {
    return this.#tree.nodes.get(this.#threadNodeId(threadId))?.endedAt === null;
  }

  /** A thread has ended; nothing happens when that is known already. */
  threadEnded(threadId: number, reason: string, more: { code?: number; stack?: string } = {}): void {
    this.#threadEnds.get(threadId)?.();
    this.#threadEnds.delete(threadId);
    const call = this.#endingCalls.get(threadId);
    this.#endingCalls.delete(threadId);
    const link = this.threads.get(threadId);
    this.takenByEndedMs += link?.pulse.takenMs ?? 0;
    link?.close();
    this.threads.delete(threadId);
    const isHosted = this.#hosting.delete(threadId);
    this.#members.ended(threadId, reason);
    this.#parking.delete(threadId);
    this.#notes.say(threadId, []);
    this.#startedBy.delete(threadId);
    this.#names.delete(threadId);
    this.#unnamed.delete(threadId);
    for (const [below, by] of [...this.#startedBy]) {
      if (by === threadId) this.threadEnded(below, `the thread that started it ended (${reason})`);
    }
    const id = this.#threadNodeId(threadId);
    const node = this.#tree.nodes.get(id);
    if (!node || node.endedAt !== null) return;
    // What the thread itself declared ended with it.
    for (const other of [...this.#tree.nodes.values()]) {
      if (!other.id.startsWith(`${id}.`)) continue;
      this.#tree.end(other.id, { exitReason: `its thread ended (${reason})` });
      if (other.kind === 'component') this.#componentEnded(other.id);
    }
    this.#tree.end(id, { exitReason: reason });
    if (!isHosted) {
      const cause = call === undefined ? {} : { call };
      this.#ledger.add({ kind: 'exited', node: this.#ref(id), reason, ...more, ...cause });
    }
  }

  #threadNodeId(threadId: number): string {
    return `${this.id}.${threadId}`;
  }

  #declaredId(threadId: number, serial: number): string {
    return `${this.id}.${threadId}.${serial}`;
  }

  #threadName(threadId: number): string {
    return threadId === 0 ? 'main' : (this.#names.get(threadId) ?? `thread ${threadId}`);
  }

  #threadLineage(threadId: number): string {
    const place = this.#members.placeOf(threadId);
    if (place) return place.lineage;
    const name = threadId === 0 ? 'main' : `thread:${this.#names.get(threadId) ?? threadId}`;
    return this.#facts.prefix + name;
  }

  /** What stands in main stands in the process; else which thread it is in is said. */
  #componentLineage(threadId: number, lineage: string): string {
    return threadId === 0 ? this.#facts.prefix + lineage : `${this.#threadLineage(threadId)}/${lineage}`;
  }

  #ref(id: string): NodeRef {
    const node = this.#tree.nodes.get(id);
    return { id, lineage: node?.lineage ?? id, incarnation: node?.incarnation ?? 1 };
  }

  #processNode(): TreeNode {
    const { id, pid, name, lineage, command, startedAt } = this.#facts;
    return { ...blankNode(pid), id, kind: 'process', name, lineage, command, startedAt };
  }
}
