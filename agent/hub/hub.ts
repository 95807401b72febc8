import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PerchError } from '../../protocol/errors.ts';
import type { Arming, LedgerEvent, NodeRef, PreviousEpoch } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { InstanceInfo, TreeNode } from '../../protocol/tree.ts';
import { PERCH_VERSION } from '../../protocol/version.ts';
import type { HubData } from '../hub-thread.ts';
import { redactArgs } from '../inspect/redact.ts';
import { frameWords, readStack } from '../inspect/thread-stack.ts';
import { takeLastWords } from '../last-words.ts';
import type { ProbeMessage, Thrown } from '../probe/messages.ts';
import { randomHex } from '../random-hex.ts';
import { Armings } from './arming.ts';
import { AuditLog } from './audit/audit-log.ts';
import { noBlackBox } from './black-box/black-box.ts';
import { openBlackBox } from './black-box/open.ts';
import { type Control, noControl } from './control.ts';
import { OverheadMeter } from './cost/overhead.ts';
import { HubTraffic } from './cost/traffic.ts';
import { GATHER_MS, type JoinedHub } from './joined-hub.ts';
import { keptAs } from './kept-as.ts';
import { Ledger } from './ledger.ts';
import { refOf } from './node-ref.ts';
import { OtherProcesses } from './other-processes.ts';
import { OwnProcess } from './own-process.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { processName } from './process-name.ts';
import { limitsOf, nothingKeptWords } from './surroundings.ts';
import { ThreadNames } from './thread-names.ts';
import { TreeStore } from './tree-store.ts';

/** Threads are asked for what they hold before a tree is given away; a busy one is not waited for longer. */
const THREAD_GATHER_MS = 50;

/** What may be done to the service of a hub, where its configuration allows anything. */
export type ControlOf = (hub: Hub) => Control;

/**
 * The hub: what is known of one service process (and, in the root, of all that joined it), and what may be asked
 * and done. Lives on a thread of its own and never needs the service's.
 */
export class Hub {
  readonly tree: TreeStore;
  readonly ledger: Ledger;
  audit = new AuditLog(null, '', 'the hub above keeps the audit');
  blackBox = noBlackBox('the hub above keeps it');
  /** How the life before this one ended, once it is known. */
  previous: PreviousEpoch | null = null;
  /** What this instance's files are called (kept-as.ts). */
  readonly keptAs: string;
  readonly own: OwnProcess;
  readonly others: OtherProcesses;
  readonly control: Control;
  readonly armings: Armings;
  readonly overhead: OverheadMeter;
  readonly traffic = new HubTraffic();
  readonly joined = new Map<string, JoinedHub>();
  isRoot: boolean;
  listening: string[] = [];
  /** What it cannot do here (surroundings.ts). */
  readonly limits: string[];
  readonly #data: HubData;
  readonly #threadNames: ThreadNames;
  #watchers = 0;
  #sampling: NodeJS.Timeout | null = null;

  constructor(data: HubData, role: { isRoot: boolean; label: string; control: ControlOf }) {
    this.#data = data;
    this.isRoot = role.isRoot;
    this.limits = limitsOf(data);
    this.tree = new TreeStore(randomHex(8));
    this.ledger = new Ledger(this.tree.epoch);
    this.keptAs = keptAs(data, this.#serviceName());
    const name = role.isRoot ? this.#serviceName() : processName(data.argv);
    const lineage = `process:${name}`;
    this.own = new OwnProcess(
      {
        id: role.label,
        pid: data.pid,
        name,
        lineage,
        prefix: role.isRoot ? '' : `${lineage}/`,
        command: redactArgs(data.argv),
        startedAt: data.startedAt,
      },
      this.tree,
      this.ledger,
    );
    const { canInspect, config } = data;
    this.#threadNames = new ThreadNames(this.own, {
      canInspect,
      isAttached: config.attachedAt !== undefined,
    });
    this.others = new OtherProcesses(this);
    this.control = data.config.control ? role.control(this) : noControl();
    this.armings = this.#newArmings();
    this.own.onBlocked = (threadId) => void this.#recordBlocked(threadId);
    this.own.onHostsProcess = (workerId, pid, isRunning) => this.others.hostedBy(workerId, pid, isRunning);
    this.own.onPids = (component, pids) => this.others.belong(component, pids);
    this.overhead = new OverheadMeter(this, data.config.overheadPercent);
    setInterval(() => this.#beat(), LIMITS.beatMs);
    if (role.isRoot) this.beRoot();
    if (data.restartReason) {
      const { earlier } = this.blackBox;
      const events = `; ${earlier.length === 0 ? 'what it had recorded is lost' : `${earlier.length} events before it were kept`}`;
      this.ledger.add({
        kind: 'hub-restarted',
        node: this.rootRef(),
        reason: `${data.restartReason}${events}`,
      });
    }
  }

  /**
   * What is to be done each `LIMITS.sampleMs` for as long as the hub is there. On one timer with all else: in a service that
   * idles, to wake a thread costs more than what is done then.
   */
  readonly everySample: (() => void)[] = [];
  #beats = 0;

  #beat(): void {
    this.own.check();
    this.control.attend();
    if (++this.#beats % (LIMITS.sampleMs / LIMITS.beatMs) !== 0) return;
    this.tree.sweep(Date.now());
    this.overhead.tick();
    for (const work of this.everySample) work();
  }

  /** From now on what is kept of this instance is kept here. */
  beRoot(): void {
    const { config } = this.#data;
    this.isRoot = true;
    this.audit = new AuditLog(path.join(config.stateDir, 'audit', this.keptAs), this.tree.epoch);
    this.blackBox = openBlackBox(this, this.#data);
    if (config.blackBox && this.blackBox.why !== null) this.limits.push(nothingKeptWords(this.blackBox.why));
  }

  rootRef(): NodeRef {
    return refOf(this.tree.nodes.get(this.own.id)!);
  }

  receive(threadId: number, message: ProbeMessage): void {
    if (message.t === 'child-started') return this.others.started();
    if (message.t === 'child-ended') return this.others.ended(message.pid, message.code, message.signal);
    this.own.receive(threadId, message);
  }

  instance(): InstanceInfo {
    const { config, pid, startedAt, hostname } = this.#data;
    const address = this.listening.find((each) => !each.startsWith('unix:'));
    const service = this.#serviceName();
    return {
      service,
      region: config.region,
      instance: config.instance ?? (address ? `${hostname}@${address}` : `${service}-${pid}`),
      pid,
      node: process.versions.node,
      epoch: this.tree.epoch,
      agent: PERCH_VERSION,
      startedAt,
      listening: this.listening,
      keptAs: this.keptAs,
      ...(config.attachedAt === undefined ? {} : { attachedAt: config.attachedAt }),
      ...(this.limits.length === 0 ? {} : { limits: this.limits }),
    };
  }

  /** Somebody looks: from now until `release`, probes send at once and samples are taken. */
  watched(): () => void {
    this.#watchers++;
    if (this.#watchers === 1) this.#setWatched(true);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      // Kept up for a moment: who asks once often asks again.
      setTimeout(() => {
        this.#watchers--;
        if (this.#watchers === 0) this.#setWatched(false);
      }, LIMITS.sampleMs);
    };
  }

  /** Brings the tree up to date, as far as threads and processes answer. Call while `watched`. */
  async gather(): Promise<void> {
    await Promise.all([
      this.own.gather(THREAD_GATHER_MS),
      ...Array.from(this.joined.values(), (joined) => joined.gather(GATHER_MS)),
      this.#threadNames.ask(),
    ]);
  }

  #setWatched(isWatched: boolean): void {
    this.own.setWatched(isWatched);
    for (const joined of this.joined.values()) joined.setWatched(isWatched);
    if (isWatched) {
      this.#sample();
      this.#sampling = setInterval(() => {
        if (this.overhead.isSampleDue()) this.#sample();
      }, LIMITS.sampleMs);
    } else if (this.#sampling) {
      clearInterval(this.#sampling);
      this.#sampling = null;
    }
  }

  #sample(): void {
    this.own.sample(this.overhead.metrics);
    if (this.isRoot) this.others.scan();
    void this.#threadNames.ask();
  }

  /** A hub of another process of this service has joined. */
  join(joined: JoinedHub): void {
    this.joined.set(joined.label, joined);
    this.others.joined(joined);
    if (this.#watchers > 0) joined.setWatched(true);
    this.#arrived();
  }

  /** A thread other than main said hello. */
  addThread(...thread: Parameters<OwnProcess['addThread']>): void {
    this.own.addThread(...thread);
    this.overhead.tell();
    this.#arrived();
  }

  /** What `look` finds, now or when the next thread or process has arrived; null after `timeoutMs`. */
  untilArrived<T>(look: () => T | null, timeoutMs: number): Promise<T | null> {
    return new Promise((resolve) => {
      const settle = (found: T | null): void => {
        clearTimeout(timer);
        this.#awaiting.delete(again);
        resolve(found);
      };
      const again = (): void => {
        const found = look();
        if (found !== null) settle(found);
      };
      const timer = setTimeout(() => settle(null), timeoutMs);
      this.#awaiting.add(again);
      again();
    });
  }
  readonly #awaiting = new Set<() => void>();

  #arrived(): void {
    for (const look of [...this.#awaiting]) look();
  }

  /** What a joined hub tells of its ledger: everything but acts, which the root records itself. */
  mergeLedger(event: LedgerEvent): void {
    if (event.kind === 'act' || event.kind === 'act-ended') return;
    const { seq: _, ...fact } = event;
    this.ledger.add(fact);
  }

  /** It is this very process, or something in it. */
  isOwn(node: TreeNode): boolean {
    return node.id.split('.')[0] === this.own.id;
  }

  /**
   * The joined hub that answers for this thread or process; null when this hub itself does. Throws where none
   * does: thread ids and serials of another process mean something else here.
   */
  joinedByProcess(node: TreeNode): JoinedHub | null {
    if (this.isOwn(node)) return null;
    const label = node.id.split('.')[0]!;
    const joined = this.joined.get(label);
    if (joined) return joined;
    const { name } = this.tree.nodes.get(label) ?? node;
    throw new PerchError('NOT_OBSERVED', `No agent answers in process ${node.pid} (${name})`, {
      node: node.id,
    });
  }

  /** The supervised worker that this thread or process is, if it is one. */
  workerHostedBy(node: TreeNode): TreeNode | null {
    let hosting = node;
    // A hosted process's main thread is that worker, too.
    if (node.kind === 'thread' && node.threadId === 0 && node.parent !== null) {
      hosting = this.tree.nodes.get(node.parent) ?? node;
    }
    if (hosting.kind !== 'thread' && hosting.kind !== 'process') return null;
    const parent = hosting.parent === null ? undefined : this.tree.nodes.get(hosting.parent);
    return parent?.kind === 'worker' && parent.endedAt === null ? parent : null;
  }

  /** The thread or process that a hosted worker really runs in. */
  hostOf(worker: TreeNode): TreeNode | null {
    for (const node of this.tree.nodes.values()) {
      if (node.parent === worker.id && node.endedAt === null) return node;
    }
    return null;
  }

  whereItRuns(worker: TreeNode): { threadId: number } | ProcessIdentity | null {
    if (worker.host === 'task' || worker.kind !== 'worker') return null;
    const host = this.hostOf(worker);
    if (host?.kind === 'thread') return { threadId: host.threadId! };
    if (host?.kind === 'process') return this.identityOf(host);
    // Of its process the root hub has the node, not the one whose supervisor started it.
    return worker.host === 'process' && worker.pid !== this.own.pid ? this.others.identityOf(worker) : null;
  }

  identityOf(node: TreeNode): ProcessIdentity {
    return this.others.identityOf(node);
  }

  /** A static child that was stopped keeps its place and can be started again. */
  isStoppedChild(node: TreeNode): boolean {
    return (
      node.child !== null &&
      node.endedAt !== null &&
      this.tree.nodes.has(node.id) &&
      !this.tree.isGhost(node.id)
    );
  }

  /** Runs `then` once the node has ended or is known as a straggler; at once when it is gone already. */
  whenSettled(id: string, then: () => void): void {
    const node = this.tree.nodes.get(id);
    if (node?.status !== 'stopping') return then();
    this.tree.onceSettled(id, then);
  }

  /** The error that ended a child process which joined, where it left word of it. */
  lastWordsOf(pid: number): Thrown | null {
    return takeLastWords(this.#data.config.runtimeDir, pid);
  }

  /** Who may act is everybody's to see, so ledger and audit have it. */
  #newArmings(): Armings {
    const root = () => refOf(this.tree.nodes.get(this.own.id)!);
    const audit = ({ author, reason }: Arming, outcome: string) =>
      this.audit.append({ author, act: 'arm', call: '', target: root().lineage, reason, outcome });
    return new Armings({
      armed: (arming) => {
        const { author, reason, until } = arming;
        this.ledger.add({ kind: 'armed', node: root(), author, reason, until });
        audit(arming, 'armed');
      },
      disarmed: (arming, why) => {
        const { author, until } = arming;
        this.ledger.add({ kind: 'disarmed', node: root(), author, why, until });
        audit(arming, `disarmed (${why})`);
      },
      isKnownCall: (call) => this.control.isKnown(call),
    });
  }

  async #recordBlocked(threadId: number): Promise<void> {
    const node = this.tree.nodes.get(`${this.own.id}.${threadId}`);
    if (!node) return;
    const frames = await readStack(threadId, 1000).catch(() => []);
    this.ledger.add({
      kind: 'blocked',
      node: refOf(node) as NodeRef,
      frames: frames.slice(0, 8).map(frameWords),
    });
  }

  #serviceName(): string {
    this.#packageName ??= packageName(this.#data);
    return this.#data.config.service || this.#packageName;
  }
  #packageName: string | undefined;
}

/** The name in the nearest package.json above the script, else the script's own. */
function packageName({ argv, cwd }: HubData): string {
  const script = argv[1];
  let folder = script && path.isAbsolute(script) ? path.dirname(script) : cwd;
  for (let depth = 0; depth < 6; depth++) {
    try {
      const { name } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
        name?: unknown;
      };
      if (typeof name === 'string' && name !== '') return name;
    } catch {
      // Not here; look above.
    }
    const above = path.dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return processName(argv);
}
