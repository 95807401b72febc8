import type { Handover } from '../registry.ts';
import { describeThrown } from './exit.ts';

/** What a worker's `run` is given: who it is, when to end, and what it may show and say. */
export interface WorkerContext<Args = unknown> {
  readonly id: string;
  /** What survives a restart: `app/games/7f3a`. */
  readonly lineage: string;
  /** 1 for the first life of this lineage. */
  readonly incarnation: number;
  /** From `startChild`, else from the child spec. The same for every incarnation of a child. */
  readonly args: Args;
  /** Aborts when this incarnation is over, for whatever reason: stopped, killed, or ended by itself. Made when touched. */
  readonly signal: AbortSignal;
  /** Resolves when `signal` would abort. Never rejects; cheaper than a signal. */
  readonly stopped: Promise<void>;
  /**
   * Hands over the state for looking at, by reference: the live object, or a holder whose `current` is read. It is
   * never copied and nothing of it is called. `redact`: key names, or JSON Pointers (`/session/token`).
   */
  state(reference: object, options?: { redact?: readonly string[] }): void;
  /** Hands over what waits, by reference: an array, Map or Set, or a holder whose `current` is a number. */
  backlog(word: string, reference: object): void;
  /** Says that it is ready, where the child spec has `ready: 'explicit'`. */
  ready(): void;
  /** Says that it goes on, where the child spec has a `heartbeat`; cheap enough for every round of a loop. */
  beat(): void;
  /** Sends a message to whoever listens on the child's handle. On a thread or process it is structured-cloned. */
  post(message: unknown): void;
  /** Takes messages sent to the child's handle; what it returns (or resolves to) answers `handle.ask`. */
  onMessage(handler: (message: never) => unknown): void;
}

/** A message; with `ask` an answer of that number is awaited. */
export interface Mail {
  message: unknown;
  ask?: number;
}

export type Answer = { answer: number; value: unknown } | { answer: number; error: string };

/** What travels between a handle and a worker. */
export type Envelope = Mail | Answer;

/** Where a context lives: a task beside its supervisor, or a runner on its own thread or process. */
export interface ContextHome {
  readonly id: string;
  readonly lineage: string;
  readonly incarnation: number;
  readonly args: unknown;
  handOver(what: Handover): void;
  becomeReady(): void;
  beat(): void;
  send(envelope: Envelope): void;
  /** Its code threw where nobody awaits it. */
  crash(thrown: unknown): void;
}

/** Why a signal aborts. Made once: a stack for each of 100,000 ends would cost more than the ends. */
const REASONS = {
  shutdown: new DOMException('The supervisor stops this worker', 'AbortError'),
  killed: new DOMException('This worker was killed', 'AbortError'),
  exited: new DOMException('This worker has ended', 'AbortError'),
};

/** The context of one incarnation. Signal, promise and handler exist only once they are asked for. */
export class Context implements WorkerContext {
  readonly #home: ContextHome;
  #told: keyof typeof REASONS | null = null;
  #isOver = false;
  #controller: AbortController | null = null;
  #stopped: { promise: Promise<void>; resolve: () => void } | null = null;
  #handler: ((message: never) => unknown) | null = null;
  #unread: Mail[] | null = null;

  constructor(home: ContextHome) {
    this.#home = home;
  }

  get id(): string {
    return this.#home.id;
  }

  get lineage(): string {
    return this.#home.lineage;
  }

  get incarnation(): number {
    return this.#home.incarnation;
  }

  get args(): unknown {
    return this.#home.args;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#told) this.#controller.abort(REASONS[this.#told]);
    }
    return this.#controller.signal;
  }

  get stopped(): Promise<void> {
    if (!this.#stopped) {
      let resolve: () => void = () => {};
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#stopped = { promise, resolve };
      if (this.#told) resolve();
    }
    return this.#stopped.promise;
  }

  // Getters, not methods: `run({ state, ready })` takes them off the context, and none is made before.

  get state(): WorkerContext['state'] {
    return (reference, options = {}) => {
      if (!this.#isOver) this.#home.handOver({ state: { reference, redact: options.redact ?? [] } });
    };
  }

  get backlog(): WorkerContext['backlog'] {
    return (word, reference) => {
      if (!this.#isOver) this.#home.handOver({ backlog: { word, reference } });
    };
  }

  get ready(): WorkerContext['ready'] {
    return () => {
      if (!this.#isOver) this.#home.becomeReady();
    };
  }

  get beat(): WorkerContext['beat'] {
    return () => {
      if (!this.#isOver) this.#home.beat();
    };
  }

  get post(): WorkerContext['post'] {
    return (message) => {
      if (!this.#isOver) this.#home.send({ message });
    };
  }

  get onMessage(): WorkerContext['onMessage'] {
    return (handler) => {
      this.#handler = handler;
      const unread = this.#unread;
      this.#unread = null;
      if (unread) for (const mail of unread) this.receive(mail);
    };
  }

  /** Gives the handler a message, and its answer back to who asked. Without a handler it waits for one. */
  receive(mail: Mail): void {
    if (this.#isOver) return;
    if (!this.#handler) {
      this.#unread ??= [];
      this.#unread.push(mail);
      return;
    }
    const { ask } = mail;
    const handled = this.#handle(mail.message);
    // As in OTP a message that cannot be handled ends the worker; but a question is answered with the error.
    if (ask === undefined) handled.catch((thrown) => this.#isOver || this.#home.crash(thrown));
    else handled.then((value) => this.#answer(ask, value)).catch((thrown) => this.#refuse(ask, thrown));
  }

  async #handle(message: unknown): Promise<unknown> {
    return this.#handler!(message as never);
  }

  #answer(answer: number, value: unknown): void {
    if (!this.#isOver) this.#home.send({ answer, value });
  }

  #refuse(answer: number, thrown: unknown): void {
    if (!this.#isOver) this.#home.send({ answer, error: describeThrown(thrown).reason });
  }

  /** Its signal aborts; it is still heard until it has ended. */
  tell(why: keyof typeof REASONS): void {
    if (this.#told) return;
    this.#told = why;
    this.#controller?.abort(REASONS[why]);
    this.#stopped?.resolve();
  }

  /** It is over: nothing it says is heard any more. */
  end(why: keyof typeof REASONS): void {
    this.#isOver = true;
    this.#unread = null;
    this.tell(why);
  }
}

/** What a worker throws because its signal aborted is its orderly end, not an error. */
export function isAbort(thrown: unknown): boolean {
  try {
    return (thrown as { name?: unknown } | null | undefined)?.name === 'AbortError';
  } catch {
    return false;
  }
}
