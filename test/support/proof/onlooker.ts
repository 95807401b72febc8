import { Instance } from '../../../client/instance.ts';
import { openSession } from '../../../client/session.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Life } from './lives.ts';
import { hasThread, monotonic } from './machine.ts';
import { Shown } from './shown.ts';
import type { UnderSupervision } from './under-supervision.ts';

/** What has counted so lately does not stand still. */
const COUNTS_MS = 1000;

/**
 * Watches the tree over a connection that is never cut, as the app does, and compares it with the service's own log
 * and /proc: whether what is dead is shown alive for too long, what runs is shown dead, or what goes on suspended.
 */
export class Onlooker {
  readonly shown = new Shown();
  /** The same of what is shown suspended, and goes on. */
  readonly #held = new Shown();
  readonly #service: UnderSupervision;
  readonly #instance: Instance;
  #liveSince = Number.POSITIVE_INFINITY;
  readonly #shownDead = new Map<Life, number>();

  constructor(service: UnderSupervision) {
    this.#service = service;
    const place = { name: 'proof', region: '', service: '', environment: null, address: '' };
    this.#instance = new Instance({
      key: 'proof',
      place,
      connect: (options) => openSession(service.target(), options),
    }).start();
    this.#instance.on('state', () => {
      this.#liveSince = this.#instance.state === 'live' ? monotonic() : Number.POSITIVE_INFINITY;
    });
  }

  /** Call it often. */
  look(): void {
    const now = monotonic();
    this.shown.look(now);
    this.#held.look(now);
    const { state, retryAt } = this.#instance;
    if (state !== 'live') {
      if (retryAt !== null) this.#instance.retry();
      return;
    }
    for (const node of this.#instance.mirror.nodes.values()) this.#compare(node, now);
  }

  /** What is shown alive of a lineage in the service's current life. */
  alive(lineage: string): TreeNode | undefined {
    if (!this.isCurrent) return undefined;
    return this.nodes().find(
      (node) => node.lineage === lineage && (node.status === 'running' || node.status === 'blocked'),
    );
  }

  nodes(): TreeNode[] {
    return [...this.#instance.mirror.nodes.values()];
  }

  /** The loop of what hosts the worker is shown to stand still. */
  isBlocked({ id }: TreeNode): boolean {
    const host = this.nodes().find(({ parent, endedAt }) => parent === id && endedAt === null);
    const thread = host?.kind === 'process' ? this.#instance.mirror.nodes.get(`${host.id}.0`) : host;
    return thread?.status === 'blocked';
  }

  /** It is connected with the life of the service that runs now. */
  get isCurrent(): boolean {
    const { state, hello } = this.#instance;
    return state === 'live' && hello?.instance.pid === this.#service.pid;
  }

  get epoch(): string {
    return this.#instance.hello?.instance.epoch ?? '';
  }

  /** Everything that was wrong, once the log is complete. */
  verdict(): string[] {
    const early = [...this.#shownDead].flatMap(([life, at]) =>
      life.lastSeenAt > at ? [`${life.lineage} #${life.incarnation} was shown dead and still ran`] : [],
    );
    return [...this.shown.faults, ...this.#held.faults, ...early];
  }

  close(): void {
    this.#instance.close();
  }

  #compare(node: TreeNode, now: number): void {
    if (node.kind === 'thread') this.#compareHeld(node, now);
    const endedAt = this.#endOf(node, now);
    if (node.endedAt !== null || endedAt === null) return this.shown.agrees(node.id);
    const words = `${node.lineage} ${node.id} is shown ${node.status}, and ended`;
    this.shown.isLate(node.id, words, Math.max(endedAt, this.#liveSince), now);
  }

  #compareHeld(node: TreeNode, now: number): void {
    const { id, lineage, status } = node;
    const countedAt = this.#lifeOn(node)?.ticks.at(-1) ?? 0;
    if (status !== 'suspended' || now - countedAt > COUNTS_MS) {
      this.#missed.delete(`${id} held`);
      return this.#held.agrees(id);
    }
    this.#held.isLate(
      id,
      `${lineage} ${id} is shown suspended, and counts`,
      this.#firstMissed(`${id} held`, now),
      now,
    );
  }

  /** When it ended by the log or /proc; null while it runs or nothing is known. */
  #endOf(node: TreeNode, now: number): number | null {
    if (node.kind === 'process' || (node.kind === 'thread' && node.threadId === 0))
      return hasThread(node.pid, node.pid) ? null : this.#firstMissed(node.id, now);
    const life = this.#lifeOn(node);
    if (!life) return null;
    if (node.kind === 'worker' && node.endedAt !== null && !this.#shownDead.has(life)) {
      this.#shownDead.set(life, now);
    }
    return life.endedAt;
  }

  #lifeOn(node: TreeNode): Life | undefined {
    const worker = this.#workerOn(node);
    const boot = this.#instance.hello?.instance.pid ?? 0;
    return worker && this.#service.lives.of(boot, worker.lineage, worker.incarnation);
  }

  /** On a thread the one that it hosts, on main a task that always runs there. */
  #workerOn(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'worker') return node;
    if (node.kind !== 'thread' || node.parent === null) return undefined;
    const { nodes } = this.#instance.mirror;
    let host = nodes.get(node.parent);
    if (host?.kind === 'process') {
      if (host.parent === null) return this.alive('app/guarded');
      host = nodes.get(host.parent);
    }
    return host?.kind === 'worker' ? host : undefined;
  }

  #firstMissed(id: string, now: number): number {
    const first = this.#missed.get(id) ?? now;
    this.#missed.set(id, first);
    return first;
  }
  readonly #missed = new Map<string, number>();
}
