import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import type { NodesAnswer } from '../../protocol/node-list.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type FleetNodesAnswer, mergeNodes, type NodesQuery } from './merge-nodes.ts';

/** What an instance said longer ago is not how it is. */
const OLD_MS = 5000;

interface Asking {
  query: string;
  done: Promise<void>;
}

/** The list of nodes of one instance, asked again and again. One that is silent holds up no other. */
export class AskedNodes {
  /** Names the instance in rows and errors. */
  readonly key: string;
  error: PerchError | null = null;
  readonly #call: (query: NodesQuery) => Promise<NodesAnswer>;
  readonly #clock: Clock;
  #asking: Asking | null = null;
  #last: { query: string; answer: NodesAnswer; at: number } | null = null;

  constructor(key: string, call: (query: NodesQuery) => Promise<NodesAnswer>, clock: Clock = systemClock) {
    this.key = key;
    this.#call = call;
    this.#clock = clock;
  }

  /** Asks unless it is being asked that already; resolves when it has answered, or failed. */
  ask(query: NodesQuery): Promise<void> {
    const text = JSON.stringify(query);
    if (this.#asking?.query === text) return this.#asking.done;
    const asking: Asking = { query: text, done: Promise.resolve() };
    this.#asking = asking;
    asking.done = this.#ask(query, asking);
    return asking.done;
  }

  /** What it said lately to this very question: the first by another order are others. */
  answer(query: NodesQuery): NodesAnswer | null {
    const last = this.#last;
    if (!last || last.query !== JSON.stringify(query)) return null;
    return this.#clock.monotonic() - last.at < OLD_MS ? last.answer : null;
  }

  async #ask(query: NodesQuery, asking: Asking): Promise<void> {
    const isNewest = () => this.#asking === asking;
    try {
      const answer = await this.#call(query);
      if (!isNewest()) return;
      this.#last = { query: asking.query, answer, at: this.#clock.monotonic() };
      this.error = null;
    } catch (thrown) {
      if (!isNewest()) return;
      this.error = asPerchError(thrown);
    }
    this.#asking = null;
  }
}

/** What was answered lately, as one list, and who did not answer. */
export function readNodes(
  instances: Iterable<AskedNodes>,
  query: NodesQuery,
): FleetNodesAnswer & { unanswered: { instance: string; error: PerchError }[] } {
  const answers: { instance: string; answer: NodesAnswer }[] = [];
  const unanswered: { instance: string; error: PerchError }[] = [];
  for (const each of instances) {
    const answer = each.answer(query);
    if (answer) answers.push({ instance: each.key, answer });
    if (each.error) unanswered.push({ instance: each.key, error: each.error });
  }
  return { ...mergeNodes(answers, query), unanswered };
}
