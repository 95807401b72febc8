import { Instance } from '../../../client/instance.ts';
import { openSession } from '../../../client/session.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Life } from './lives.ts';
import { hasThread, monotonic } from './machine.ts';
import { Shown } from './shown.ts';
import type { UnderSupervision } from './under-supervision.ts';

/**
 * Watches the tree over a connection that is never cut, as the app does, and compares it with the service's own log
 * and /proc: whether what is dead is shown alive for too long, or what runs is shown dead.
 */
export class Onlooker {
  readonly shown = new Shown();
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
    return [...this.shown.faults, ...early];
  }

  close(): void {
    this.#instance.close();
  }

  #compare(node: TreeNode, now: number): void {
    const endedAt = this.#endOf(node, now);
    if (node.endedAt !== null || endedAt === null) return this.shown.agrees(node.id);
    const words = `${node.lineage} ${node.id} is shown ${node.status}, and ended`;
    this.shown.isLate(node.id, words, Math.max(endedAt, this.#liveSince), now);
  }

  /** When it ended by the log or /proc; null while it runs or nothing is known. */
  #endOf(node: TreeNode, now: number): number | null {
    if (node.kind === 'process')
      return hasThread(node.pid, node.pid) ? null : this.#firstMissed(node.id, now);
    if (node.kind !== 'worker') return null;
    const boot = this.#instance.hello?.instance.pid ?? 0;
    const life = this.#service.lives.of(boot, node.lineage, node.incarnation);
    if (!life) return null;
    if (node.endedAt !== null && !this.#shownDead.has(life)) this.#shownDead.set(life, now);
    return life.endedAt;
  }

  #firstMissed(id: string, now: number): number {
    const first = this.#missed.get(id) ?? now;
    this.#missed.set(id, first);
    return first;
  }
  readonly #missed = new Map<string, number>();
}
