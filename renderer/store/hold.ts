import type { Push } from '../../electron/ipc.ts';
import { LIMITS } from '../../protocol/limits.ts';

export type Waiting = Extract<Push, { kind: 'tree' | 'ledger' }>;

/**
 * What came in while the world is paused, in order, bounded. Of an instance that changed more than is kept nothing is:
 * it has to be asked for whole.
 */
export class Hold {
  /** Changes of nodes and events of the ledger that came, kept or not. */
  waiting = 0;
  readonly #maxHeld: number;
  readonly #past = new Set<string>();
  #pushes: Waiting[] = [];
  #held = 0;

  constructor(maxHeld: number = LIMITS.maxHeldChanges) {
    this.#maxHeld = maxHeld;
  }

  add(push: Waiting): void {
    this.waiting += changesIn(push);
    if (this.#past.has(push.instance)) return;
    // What comes before a snapshot no longer matters.
    if (isSnapshot(push)) {
      this.#drop(({ kind, instance }) => kind === 'tree' && instance === push.instance);
    }
    this.#pushes.push(push);
    this.#held += weightOf(push);
    if (this.#held <= this.#maxHeld) return;
    this.#past.add(push.instance);
    this.#drop(({ instance }) => instance === push.instance);
  }

  /** What is to be applied now, and the instances that have to be asked for whole instead. */
  release(): { pushes: readonly Waiting[]; past: ReadonlySet<string> } {
    return { pushes: this.#pushes, past: this.#past };
  }

  #drop(isDropped: (push: Waiting) => boolean): void {
    this.#pushes = this.#pushes.filter((push) => !isDropped(push));
    this.#held = this.#pushes.reduce((sum, push) => sum + weightOf(push), 0);
  }
}

function isSnapshot(push: Waiting): boolean {
  return push.kind === 'tree' && 'snapshot' in push.event;
}

/** How much of the bound it takes: a whole tree as many as it has nodes. */
function weightOf(push: Waiting): number {
  if (push.kind === 'tree' && 'snapshot' in push.event) return push.event.snapshot.columns.id.length;
  return changesIn(push);
}

/** How many changes a person is told of: a whole tree that comes anew is one. */
function changesIn(push: Waiting): number {
  if (push.kind === 'ledger') return push.answer.events.length;
  if ('snapshot' in push.event) return 1;
  const { changes, rows } = push.event.delta;
  return changes.length + (rows?.id.length ?? 0);
}
