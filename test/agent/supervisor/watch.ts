import { afterEach, beforeEach } from 'vitest';
import {
  type ActCause,
  type ActReceipt,
  type DeclaredNode,
  type LocalFact,
  registry,
} from '../../../agent/registry.ts';
import type { Act } from '../../../protocol/act.ts';

/** What a probe would see of this thread's registry. */
export class Watch {
  facts: LocalFact[] = [];
  ended: DeclaredNode[] = [];
  #waiting: (() => void)[] = [];

  start(): void {
    this.facts = [];
    this.ended = [];
    registry().observer = {
      changed: () => this.#look(),
      hostedChanged: () => {},
      happened: (fact) => {
        this.facts.push(fact);
        this.#look();
      },
      ended: (node) => {
        this.ended.push(node);
        this.#look();
      },
    };
  }

  /** The current or last incarnation of a lineage that is in the tree. */
  node(lineage: string): DeclaredNode {
    const found = [...registry().nodes.values()].filter((node) => node.lineage === lineage).at(-1);
    if (!found) throw new Error(`no node ${lineage} among ${this.lineages().join(', ')}`);
    return found;
  }

  lineages(): string[] {
    return Array.from(registry().nodes.values(), ({ lineage }) => lineage);
  }

  /** The facts as lines: `exited app/a#1 killed`. */
  tale(): string[] {
    return this.facts.map((fact) => {
      const words = [fact.kind, `${fact.node.lineage}#${fact.node.incarnation}`];
      if (fact.kind === 'decided') words.push(fact.decision);
      if ('reason' in fact) words.push(fact.reason);
      return words.join(' ');
    });
  }

  /** Waits until it holds; it is asked again at each change. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => (holds() ? resolve() : void this.#waiting.push(look));
      look();
    });
  }

  /** Waits for a fact, past ones included. */
  async fact<K extends LocalFact['kind']>(
    kind: K,
    lineage: string,
    incarnation = 1,
  ): Promise<Extract<LocalFact, { kind: K }>> {
    const isIt = (fact: LocalFact) =>
      fact.kind === kind && fact.node.lineage === lineage && fact.node.incarnation === incarnation;
    await this.until(() => this.facts.some(isIt));
    return this.facts.find(isIt) as Extract<LocalFact, { kind: K }>;
  }

  act(lineage: string, act: Act, call = 'call-1'): ActReceipt {
    return this.node(lineage).act(act, causeOf(call));
  }

  #look(): void {
    for (const look of this.#waiting.splice(0)) look();
  }
}

export function causeOf(call: string): ActCause {
  return { call, reason: 'a test', author: { key: 'local', name: 'test' } };
}

/** A watch for each test of a file, on a registry without what the test before left. */
export function watchEachTest(): Watch {
  const watch = new Watch();
  beforeEach(() => watch.start());
  afterEach(() => {
    registry().observer = null;
    registry().nodes.clear();
  });
  return watch;
}
