import type { LedgerFact, NodeRef } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/** A process that was below one that has ended, as it was last seen there. */
export interface Descendant extends ProcessIdentity {
  command: string;
}

type OrphansFact = Extract<LedgerFact, { kind: 'orphans' }>;

const LOOK_EVERY_MS = 20;

/**
 * Follows what was below a process that has ended: most of it ends with it or soon after. What still runs once
 * `LIMITS.orphanMs` are over is reported, on the process or the worker that it was. Nothing is signalled here.
 */
export class Orphans {
  readonly #report: (fact: OrphansFact) => void;
  readonly #isAlive: (process: ProcessIdentity) => boolean;
  readonly #followed: { node: NodeRef; left: Promise<Descendant[]> }[] = [];

  constructor(report: (fact: OrphansFact) => void, isStillAlive = isAlive) {
    this.#report = report;
    this.#isAlive = isStillAlive;
  }

  follow(node: NodeRef, family: readonly Descendant[]): void {
    if (family.length === 0) return;
    this.#followed.push({ node, left: this.#leftOf(node, family) });
    if (this.#followed.length > MAX_FOLLOWED) this.#followed.shift();
  }

  /** What still runs of the families below this node, once that is known. */
  async below({ id, lineage }: NodeRef): Promise<Descendant[]> {
    const isIts = ({ node }: { node: NodeRef }) => node.id === id || node.lineage.startsWith(`${lineage}/`);
    const left = await Promise.all(this.#followed.filter(isIts).map((each) => each.left));
    return left.flat();
  }

  async #leftOf(node: NodeRef, family: readonly Descendant[]): Promise<Descendant[]> {
    const deadline = performance.now() + LIMITS.orphanMs;
    let left = family.filter(this.#isAlive);
    while (left.length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      left = left.filter(this.#isAlive);
    }
    if (left.length === 0) return left;
    const shown = [...left, ...family.filter((each) => !left.includes(each))].slice(0, LIMITS.maxOrphans);
    const processes = shown.map((each) => ({
      pid: each.pid,
      command: each.command.slice(0, LIMITS.maxHoldChars),
      isRunning: left.includes(each),
    }));
    this.#report({ kind: 'orphans', node, processes });
    return left;
  }
}

/** Ends of which an act may still ask. */
const MAX_FOLLOWED = 100;

/** `; it leaves process 4121 (sleep 1000) behind`; empty where nothing is left. */
export function orphanWords(left: readonly Descendant[]): string {
  if (left.length === 0) return '';
  const named = left.slice(0, 3).map(({ pid, command }) => `${pid} (${command.slice(0, 60)})`);
  const more = left.length > named.length ? ` and ${left.length - named.length} more` : '';
  const word = left.length === 1 ? 'process' : 'processes';
  return `; it leaves ${word} ${named.join(', ')}${more} running`;
}
