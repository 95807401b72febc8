import type { Registry } from '../registry.ts';
import type { Part } from './adapter.ts';
import { ComponentNode, nameOf } from './component-node.ts';

/** Parts of one adapter in one thread. */
export const MAX_PARTS = 500;

/** Lineages whose count of lives is remembered. */
const MAX_LINEAGES = 1000;

/** The nodes of one adapter: brought up to date with the parts that it sees. */
export class Components {
  readonly #registry: Registry;
  readonly #adapter: string;
  readonly #nodes = new Map<object | string, ComponentNode>();
  /** Lineages of the living. */
  readonly #taken = new Set<string>();
  readonly #lives = new Map<string, number>();

  constructor(registry: Registry, adapter: string) {
    this.#registry = registry;
    this.#adapter = adapter;
  }

  /** Returns how many parts had no room. */
  show(parts: Iterable<Part>): number {
    const seen = new Set<object | string>();
    let dropped = 0;
    for (const part of parts) {
      if (seen.size >= MAX_PARTS) dropped++;
      else if (!seen.has(part.key)) {
        seen.add(part.key);
        this.#put(part);
      }
    }
    for (const [key, node] of [...this.#nodes]) if (!seen.has(key)) this.#end(key, node, 'gone');
    return dropped;
  }

  /** None is shown any more. */
  clear(why: string): void {
    for (const [key, node] of [...this.#nodes]) this.#end(key, node, why);
  }

  #put(part: Part): void {
    const present = this.#nodes.get(part.key);
    if (present) {
      if (present.update(part)) this.#registry.observer?.changed(present);
      return;
    }
    const parent = (part.under !== undefined && this.#nodes.get(part.under)) || null;
    const lineage = this.#freeLineage(part, parent);
    const incarnation = this.#countLife(lineage);
    const serial = this.#registry.nextSerial++;
    const node = new ComponentNode(this.#adapter, part, { serial, parent, lineage, incarnation });
    this.#nodes.set(part.key, node);
    this.#taken.add(lineage);
    this.#registry.nodes.set(serial, node);
    this.#registry.observer?.changed(node);
  }

  #end(key: object | string, node: ComponentNode, why: string): void {
    this.#nodes.delete(key);
    this.#taken.delete(node.lineage);
    this.#registry.nodes.delete(node.serial);
    node.end(why);
    this.#registry.observer?.ended(node);
  }

  /** Of living siblings with one name, the later ones are numbered. */
  #freeLineage(part: Part, parent: ComponentNode | null): string {
    const base = `${parent ? `${parent.lineage}/` : ''}${this.#adapter}:${nameOf(part)}`;
    let lineage = base;
    for (let ordinal = 2; this.#taken.has(lineage); ordinal++) lineage = `${base}~${ordinal}`;
    return lineage;
  }

  #countLife(lineage: string): number {
    const count = (this.#lives.get(lineage) ?? 0) + 1;
    this.#lives.delete(lineage);
    this.#lives.set(lineage, count);
    if (this.#lives.size > MAX_LINEAGES) this.#lives.delete(this.#lives.keys().next().value!);
    return count;
  }
}
