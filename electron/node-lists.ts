import { AskedNodes, readNodes } from '../client/fleet/asked-nodes.ts';
import type { NodesQuery } from '../client/fleet/merge-nodes.ts';
import type { Instance } from '../client/instance.ts';
import type { NodesView } from './ipc.ts';
import { troubleView } from './views.ts';

/** Who takes longer is shown as it was a moment ago, and holds up no other. */
const WAIT_MS = 600;
const GIVE_UP_MS = 5000;

/** The nodes of several instances as one list. */
export class NodeLists {
  /** By the instance itself: another one may come under the same key. */
  readonly #asked = new WeakMap<Instance, AskedNodes>();

  async ask(instances: readonly Instance[], query: NodesQuery): Promise<NodesView> {
    const asked = instances.map((instance) => this.#askedOf(instance));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, WAIT_MS);
    });
    await Promise.race([Promise.all(asked.map((each) => each.ask(query))), late]);
    clearTimeout(timer);
    const { unanswered, ...list } = readNodes(asked, query);
    return {
      ...list,
      unanswered: unanswered.map(({ instance, error }) => ({ instance, error: troubleView(error) })),
    };
  }

  #askedOf(instance: Instance): AskedNodes {
    const known = this.#asked.get(instance);
    if (known) return known;
    const call = (query: NodesQuery) => instance.call('nodes', query, { timeoutMs: GIVE_UP_MS });
    const made = new AskedNodes(instance.key, call);
    this.#asked.set(instance, made);
    return made;
  }
}
