import { type AsyncHook, createHook, executionAsyncId } from 'node:async_hooks';
import { callSites, type Site } from './call-sites.ts';
import type { RunBody } from './run-body.ts';
import type { RunScope } from './run-scope.ts';

/** Most stacks that are taken while it is open (some 20 us each), and frames of one. */
const MAX_STACKS = 1000;
const MAX_FRAMES = 40;
/** Most async ids of which the owner is kept. */
const MAX_OWNED = 100_000;

const WITH_PLACE = /^(?:Timeout|TCP|PIPE|UDP|TLS)/;

/**
 * Sees who makes what, for a short while: an async hook, which slows every await of the thread down while it is on.
 * What was begun before is known by its scope only; what a `run` that starts meanwhile makes is known whole.
 */
export class MakingWindow {
  readonly #ownerOf = new Map<number, RunScope>();
  readonly #sitesOf = new Map<number, Site[]>();
  readonly #begun = new Map<RunScope, RunBody>();
  #stacks = 0;
  #hook: AsyncHook | null = null;

  open(): void {
    this.#hook ??= createHook({
      init: (asyncId, type, trigger) => {
        try {
          this.#made(asyncId, type, trigger);
        } catch {
          // An error in a hook would end the service.
        }
      },
    }).enable();
  }

  close(): void {
    this.#hook?.disable();
    this.#hook = null;
  }

  get isOpen(): boolean {
    return this.#hook !== null;
  }

  /** A task whose own things are to be told from others'. */
  knows(scope: RunScope): void {
    this.#ownerOf.set(scope.firstId, scope);
  }

  /** A task that starts just now. */
  begins(scope: RunScope, body: RunBody): void {
    if (!this.isOpen) return;
    this.knows(scope);
    this.#begun.set(scope, body);
  }

  ends(scope: RunScope): void {
    this.#begun.delete(scope);
  }

  /** Lives of this code of which not all is known: they began before. */
  unknownLives(body: RunBody): number {
    let known = 0;
    for (const begun of this.#begun.values()) if (begun === body) known++;
    return Math.max(0, body.lives - known);
  }

  ownerOf(asyncId: number): RunScope | undefined {
    return this.#ownerOf.get(asyncId);
  }

  sitesOf(asyncId: number): readonly Site[] {
    return this.#sitesOf.get(asyncId) ?? [];
  }

  #made(asyncId: number, type: string, trigger: number): void {
    const owner = this.#ownerOf.get(executionAsyncId()) ?? this.#ownerOf.get(trigger);
    if (owner && this.#ownerOf.size < MAX_OWNED) this.#ownerOf.set(asyncId, owner);
    if (!WITH_PLACE.test(type) || this.#stacks >= MAX_STACKS) return;
    this.#stacks++;
    this.#sitesOf.set(asyncId, callSites(this.#made as never, MAX_FRAMES));
  }
}
