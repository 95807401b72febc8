import type { Instance, LedgerUpdate } from '../client/instance.ts';
import type { TreeUpdate } from '../client/mirror-feed.ts';
import { toColumns } from '../protocol/tree.ts';
import type { Push } from './ipc.ts';

/**
 * Sends one instance's tree and ledger to the window: whole at first, then what changed. It counts revisions of
 * its own, since the mirror it reads from tells what differs, not every step that led there.
 */
export class Feed {
  readonly instance: Instance;
  readonly #push: (push: Push) => void;
  #revision = 0;

  constructor(instance: Instance, push: (push: Push) => void) {
    this.instance = instance;
    this.#push = push;
    instance.on('tree', this.#onTree);
    instance.on('ledger', this.#onLedger);
    if (instance.mirror.revision >= 0) this.#sendTree();
    if (instance.events.length > 0) this.#sendLedger({ isFresh: true, events: instance.events, lost: 0 });
  }

  close(): void {
    this.instance.off('tree', this.#onTree);
    this.instance.off('ledger', this.#onLedger);
  }

  #sendTree(): void {
    const { epoch, at, nodes } = this.instance.mirror;
    const snapshot = { epoch, at, revision: ++this.#revision, columns: toColumns(nodes.values()) };
    this.#push({ kind: 'tree', instance: this.instance.key, event: { snapshot } });
  }

  readonly #onTree = ({ isFresh, changed, removed }: TreeUpdate): void => {
    if (isFresh) {
      this.#sendTree();
      return;
    }
    const { nodes, at } = this.instance.mirror;
    const set = [...changed].flatMap((id) => {
      const node = nodes.get(id);
      return node ? [['+', node] as ['+', typeof node]] : [];
    });
    const gone = [...removed].map((id) => ['-', id] as ['-', string]);
    const delta = { from: this.#revision, revision: ++this.#revision, at, changes: [...set, ...gone] };
    this.#push({ kind: 'tree', instance: this.instance.key, event: { delta } });
  };

  readonly #onLedger = (update: LedgerUpdate): void => this.#sendLedger(update);

  #sendLedger({ events }: LedgerUpdate): void {
    const epoch = this.instance.hello?.instance.epoch ?? '';
    const answer = { epoch, events, firstSeq: events[0]?.seq ?? 0 };
    this.#push({ kind: 'ledger', instance: this.instance.key, answer });
  }
}
