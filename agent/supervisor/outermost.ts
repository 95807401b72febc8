import type { Act } from '../../protocol/act.ts';
import type { ActCause, ActReceipt, ChildReceipt, LocalPreview } from '../registry.ts';
import { actRefusal } from './acts.ts';
import type { Definition } from './definition.ts';
import type { Exit } from './exit.ts';
import { Incarnation, type Owner } from './incarnation.ts';
import { previewAct } from './preview/preview.ts';
import { requestError } from './supervisor-error.ts';
import { SupervisorLife } from './supervisor-life.ts';

/**
 * Stands above an outermost supervisor, for the code that starts and stops it. Nothing restarts it: once it was
 * killed, stopped by an act, gave up or failed to start, its node stays, exited: it can be started again by act or
 * by code.
 */
export class Outermost implements Owner {
  readonly #definition: Definition;
  #node: Incarnation | null = null;
  #incarnations = 0;
  #started = deferred<void>();
  #exited = deferred<string>();
  #goesOn: 'leave' | 'stay' | 'start' = 'stay';
  /** A start that waits until the life before it has left; a stop that follows is the last word. */
  #next: Deferred<void> | null = null;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** Resolves with the reason when it ends; the restart of an act is no end. */
  get exitedReason(): Promise<string> {
    return this.#exited.promise;
  }

  start(): Promise<void> {
    if (this.#isRunning) {
      const isLeaving = this.#node!.isStopping && this.#goesOn !== 'start';
      return isLeaving ? this.#startOnceLeft() : this.#started.promise;
    }
    if (this.#node) {
      this.#started = deferred();
      this.#exited = deferred();
    }
    this.#begin();
    return this.#started.promise;
  }

  async stop(): Promise<void> {
    this.#goesOn = 'leave';
    this.#next?.reject(requestError('shutdown', this.#definition.lineage));
    this.#next = null;
    if (!this.#isRunning) return this.#node?.detach();
    this.#node!.stop(undefined);
    await this.#exited.promise;
  }

  ready(): void {
    this.#started.resolve();
  }

  exited(node: Incarnation, exit: Exit): void {
    const hasFailed = !node.isReady && !node.isStopping;
    if (this.#goesOn === 'start' && !hasFailed) return this.#begin();
    if (this.#goesOn === 'leave') node.detach();
    const { lineage } = this.#definition;
    this.#started.reject(requestError('start_failed', lineage, exit.reason, exit.error));
    this.#exited.resolve(exit.reason);
  }

  heard(): void {}

  act(node: Incarnation, act: Act, { call }: ActCause): ActReceipt {
    const refused = actRefusal(node, act, this.#definition.protectedBelow);
    if (refused) return refused;
    queueMicrotask(() => {
      if (!node.hasPlace || (node.hasEnded && act !== 'restart')) return;
      if (node.hasEnded) {
        this.start().catch(() => {});
        return;
      }
      if (act === 'kill') return node.kill(call);
      // Its code is stopping it already, and that is the last word.
      if (this.#goesOn === 'leave') return;
      this.#goesOn = act === 'restart' ? 'start' : 'stay';
      node.stop(call);
    });
    return { accepted: true };
  }

  async deleteChild({ lineage }: Incarnation): Promise<ChildReceipt> {
    const words = `${lineage} is no supervisor's child: code started it.`;
    return { accepted: false, code: 'NOT_POSSIBLE', words };
  }

  preview(node: Incarnation, act: Act): LocalPreview {
    const definition = this.#definition;
    const refused = actRefusal(node, act, definition.protectedBelow);
    return previewAct(node, act, refused, performance.now(), definition);
  }

  #startOnceLeft(): Promise<void> {
    const next = this.#next ?? deferred<void>();
    if (this.#next === null) {
      this.#next = next;
      void this.#exited.promise.then(() => {
        if (this.#next !== next) return;
        this.#next = null;
        this.start().then(next.resolve, next.reject);
      });
    }
    return next.promise;
  }

  get #isRunning(): boolean {
    return this.#node !== null && !this.#node.hasEnded;
  }

  #begin(): void {
    this.#goesOn = 'stay';
    const definition = this.#definition;
    const previous = this.#node;
    const node = new Incarnation({
      owner: this,
      slot: null,
      parent: null,
      kind: 'supervisor',
      host: null,
      name: definition.id,
      lineage: definition.id,
      incarnation: ++this.#incarnations,
      restarts: this.#incarnations - 1,
      exitReason: previous?.exitReason ?? null,
      supervisor: definition.facts(),
      child: null,
      isProtected: definition.isProtected,
    });
    this.#node = node;
    node.begin(new SupervisorLife(definition, node), previous);
  }
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A promise whose rejection nobody has to await. */
function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'>;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, ...settle! };
}
