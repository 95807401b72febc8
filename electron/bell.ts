import type { Finding } from '../client/check/finding.ts';
import type { LedgerUpdate } from '../client/instance.ts';
import type { WatchedPlace } from './ipc.ts';

/** What the person is told outside of the window. */
export interface Call extends WatchedPlace {
  title: string;
  body: string;
}

export interface BellEdges {
  /** Null while the person wants to be told of nothing. */
  watched(): readonly WatchedPlace[] | null;
  nameOf(instance: string): string;
  /** It is on the screen that the person looks at. */
  isSeen(place: WatchedPlace): boolean;
  ring(call: Call): void;
  now(): number;
}

/** Of one place, and of all together: a storm is told once, and its rest is on the first page of the window. */
const APART_MS = 30_000;
const MOST = 5;
const MOST_MS = 60_000;

/** Decides when the person is told that a watched place restarted, or that a budget is spent. */
export class Bell {
  readonly #edges: BellEdges;
  readonly #lastOf = new Map<string, number>();
  #rung: number[] = [];
  #spent: ReadonlySet<string> | null = null;

  constructor(edges: BellEdges) {
    this.#edges = edges;
  }

  /** What an instance's ledger has to say. What was there before it was met is no news. */
  hear(instance: string, { isFresh, events }: LedgerUpdate): void {
    const watched = this.#edges.watched();
    if (isFresh || watched === null) return;
    for (const event of events) {
      if (event.kind !== 'started' || event.previous === null) continue;
      const { lineage, incarnation } = event.node;
      if (!watched.some((place) => place.instance === instance && place.lineage === lineage)) continue;
      const body = `${this.#edges.nameOf(instance)}, now life #${incarnation}`;
      this.#tell({ instance, lineage, title: `${lineage} restarted`, body });
    }
  }

  /** What is wrong in the fleet now. */
  see(findings: readonly Finding[]): void {
    const spent = findings.filter(({ rule, severity }) => rule === 'budget' && severity === 'failed');
    const before = this.#spent;
    this.#spent = new Set(spent.map(({ id }) => id));
    if (before === null || this.#edges.watched() === null) return;
    for (const { id, instance, lineage, sentence } of spent) {
      if (before.has(id) || lineage === null) continue;
      const body = `${this.#edges.nameOf(instance)}: ${sentence}`;
      this.#tell({ instance, lineage, title: `${lineage} has no restart left`, body });
    }
  }

  #tell(call: Call): void {
    const now = this.#edges.now();
    const place = JSON.stringify([call.instance, call.lineage]);
    this.#rung = this.#rung.filter((at) => now - at < MOST_MS);
    const last = this.#lastOf.get(place);
    if (this.#rung.length >= MOST || (last !== undefined && now - last < APART_MS)) return;
    if (this.#edges.isSeen(call)) return;
    this.#rung.push(now);
    if (this.#lastOf.size > 1000) this.#lastOf.clear();
    this.#lastOf.set(place, now);
    this.#edges.ring(call);
  }
}
