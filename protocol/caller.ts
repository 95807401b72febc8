import { CALLS, type CallArgs, type CallEvent, type CallName, type CallResult } from './calls.ts';
import { type ErrorDocument, PerchError } from './errors.ts';
import type { AgentFrame, ClientFrame } from './framing.ts';
import { LIMITS } from './limits.ts';

export interface CallOptions<N extends CallName> {
  /** Cancels the call at the agent too, and rejects with CANCELLED. A watch ends this way, without an error. */
  signal?: AbortSignal;
  /** Deadline on this side; watches have none. Default `LIMITS.callMs` plus a margin over the agent's own. */
  timeoutMs?: number;
  onEvent?: (event: CallEvent<N>) => void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: PerchError): void;
  onEvent?: (event: never) => void;
}

/** The agent's own deadline comes first; this much later the silence itself is the answer. */
const MARGIN_MS = 2000;

/**
 * The calling side of a session, over any pair of frames in and out: a client over ssh, or the root hub over
 * the socket of a hub that joined. Knows no I/O.
 */
export class Caller {
  readonly #send: (frame: ClientFrame) => void;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #ended: PerchError | null = null;

  constructor(send: (frame: ClientFrame) => void) {
    this.#send = send;
  }

  call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    { signal, timeoutMs, onEvent }: CallOptions<N> = {},
  ): Promise<CallResult<N>> {
    if (this.#ended) return Promise.reject(this.#ended);
    const isWatch = CALLS[name].untilCancelled === true;
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const settle =
        <V>(finish: (value: V) => void) =>
        (value: V) => {
          if (!this.#pending.delete(id)) return;
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          finish(value);
        };
      const pending: Pending = { resolve: settle(resolve), reject: settle(reject), onEvent };
      let isSent = false;
      const cancel = () => {
        if (isSent && !this.#ended) this.#send({ t: 'cancel', id });
      };
      const onAbort = () => {
        cancel();
        if (isWatch) pending.resolve(null);
        else pending.reject(new PerchError('CANCELLED', `The call ${name} was cancelled`));
      };
      const onLate = () => {
        cancel();
        pending.reject(new PerchError('TIMEOUT', `No answer to ${name} in time`, { name }));
      };
      const asked = (args as { timeoutMs?: number }).timeoutMs ?? LIMITS.callMs;
      const timer = isWatch ? undefined : setTimeout(onLate, timeoutMs ?? asked + MARGIN_MS);
      this.#pending.set(id, pending);
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      isSent = true;
      this.#send({ t: 'call', id, name, args });
    }) as Promise<CallResult<N>>;
  }

  /** One frame from the agent. Answers to calls that were given up are dropped. Throws BAD_FRAME. */
  receive(frame: unknown): void {
    const { t, id, ...rest } = checkFrame(frame);
    const pending = this.#pending.get(id);
    if (!pending) return;
    if (t === 'result') pending.resolve((rest as { value?: unknown }).value ?? null);
    else if (t === 'event') pending.onEvent?.((rest as { value: unknown }).value as never);
    else pending.reject(PerchError.fromDocument((rest as Extract<AgentFrame, { t: 'error' }>).error));
  }

  /** The connection ended: everything under way fails with this error, and every later call. */
  end(error: PerchError): void {
    if (this.#ended) return;
    this.#ended = error;
    for (const pending of [...this.#pending.values()]) pending.reject(error);
  }
}

function checkFrame(frame: unknown): AgentFrame {
  if (typeof frame === 'object' && frame !== null) {
    const { t, id } = frame as Partial<AgentFrame>;
    const isAnswer = t === 'result' || t === 'event' || (t === 'error' && isErrorDocument(frame));
    if (isAnswer && typeof id === 'number') return frame as AgentFrame;
  }
  throw new PerchError('BAD_FRAME', 'The agent sent a frame that is no answer', {
    known: Object.keys(CALLS),
  });
}

function isErrorDocument(frame: object): boolean {
  const { error } = frame as { error?: Partial<ErrorDocument> };
  return typeof error?.code === 'string' && typeof error.message === 'string';
}
