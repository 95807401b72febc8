import { LIMITS } from '../../../protocol/limits.ts';
import type { Metrics, TreeNode } from '../../../protocol/tree.ts';

/** Closer looks than this tell noise: figures are sampled each `LIMITS.sampleMs`. */
const APART_MS = LIMITS.sampleMs * 0.75;

/** A figure that has not been sampled anew for so long has not changed. */
const STILL_MS = LIMITS.sampleMs * 2;

export interface FigureRates {
  memoryPerS: number | null;
  backlogPerS: number | null;
}

const NOT_YET: FigureRates = { memoryPerS: null, backlogPerS: null };

interface Seen extends FigureRates {
  at: number;
  /** As it was then: the tree puts another in its place, and never changes it. */
  metrics: Metrics;
}

/**
 * How figures change from one sample to the next, over each node's own time between the two: samples of a list do not
 * come at one moment. Of nodes without figures nothing is kept, of gone ones neither.
 */
export class Rates {
  readonly #seen = new WeakMap<TreeNode, Seen>();

  look(node: TreeNode, now: number): FigureRates {
    const { metrics } = node;
    if (metrics.backlog === undefined && memoryOf(metrics) === undefined) return NOT_YET;
    const seen = this.#seen.get(node);
    if (!seen) {
      this.#seen.set(node, { at: now, metrics, ...NOT_YET });
      return NOT_YET;
    }
    const elapsedMs = now - seen.at;
    // Taken between two samples it would read as nothing, and twice as much a moment later.
    if (elapsedMs < APART_MS || (metrics === seen.metrics && elapsedMs < STILL_MS)) return seen;
    seen.memoryPerS = perS(memoryOf(seen.metrics), memoryOf(metrics), elapsedMs);
    seen.backlogPerS = perS(seen.metrics.backlog, metrics.backlog, elapsedMs);
    seen.at = now;
    seen.metrics = metrics;
    return seen;
  }
}

function memoryOf({ rssBytes, heapUsedBytes }: Metrics): number | undefined {
  return rssBytes ?? heapUsedBytes;
}

function perS(before: number | undefined, after: number | undefined, elapsedMs: number): number | null {
  if (before === undefined || after === undefined) return null;
  return ((after - before) / elapsedMs) * 1000;
}

/**
 * Restarts a second. They belong to a lineage: who came after a restart is another node. Kept of those that were
 * restarted at all; one that is missing had none when the last sample was taken.
 */
export class RestartRates {
  #at: number | null = null;
  /** There have been two samples. */
  #isRated = false;
  #known = new Map<string, { restarts: number; perS: number }>();

  /** For one pass over the tree: what it asks is the next sample, when that is due. `end` it. */
  begin(now: number): { look(node: TreeNode): number | null; end(): void } {
    const [at, known, isRated] = [this.#at, this.#known, this.#isRated];
    if (at !== null && now - at < APART_MS) {
      const look = (node: TreeNode) => (isRated ? (known.get(keyOf(node))?.perS ?? 0) : null);
      return { look, end: () => {} };
    }
    const next: typeof known = new Map();
    return {
      look(node) {
        if (node.restarts === 0) return at === null ? null : 0;
        const key = keyOf(node);
        const more = Math.max(0, node.restarts - (known.get(key)?.restarts ?? 0));
        const perS = at === null ? null : (more / (now - at)) * 1000;
        // A straggler stands beside its successor, which has one more.
        if (node.restarts >= (next.get(key)?.restarts ?? 0))
          next.set(key, { restarts: node.restarts, perS: perS ?? 0 });
        return perS;
      },
      end: () => {
        this.#isRated = at !== null;
        this.#at = now;
        this.#known = next;
      },
    };
  }
}

/** Two processes of a service may have the same lineages. */
function keyOf({ id, lineage }: TreeNode): string {
  return `${id.slice(0, id.indexOf('.'))} ${lineage}`;
}
