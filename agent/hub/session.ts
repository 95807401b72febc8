import {
  CALLS,
  type CallArgs,
  type CallEvent,
  type CallName,
  type CallResult,
  isCallName,
} from '../../protocol/calls.ts';
import type { Capability } from '../../protocol/capability.ts';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { type ClientFrame, FrameReader } from '../../protocol/framing.ts';
import type { Author } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { PERCH_VERSION, PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { SessionArming } from './arming.ts';
import { controlOff } from './control.ts';
import { SessionTraffic } from './cost/traffic.ts';
import { Outbox, type SessionStream } from './outbox.ts';

/** Who logged in, and what its key may do. */
export interface Login {
  author: Author;
  capabilities: readonly Capability[];
  /** Nobody may `control` here, whatever its key grants. */
  isControlOff?: true;
}

/** Where the agent looks and does nothing else, nobody has `control`. */
export function withoutControl(login: Login): Login {
  const capabilities = login.capabilities.filter((each) => each !== 'control');
  return { ...login, capabilities, isControlOff: true };
}

/** What a handler is given beside its arguments. */
export interface CallContext<N extends CallName> {
  login: Login;
  arming: SessionArming;
  /** What this session sent and took so far. */
  traffic: SessionTraffic;
  /** What the client's hello said that it takes (protocol/calls.ts). */
  accepts: ReadonlySet<string>;
  /** Aborts when the call is cancelled or late, or the session has ended; its reason is a PerchError. */
  signal: AbortSignal;
  /** Aborts when the session has ended, also long after the call was answered. */
  sessionEnd: AbortSignal;
  /** Sends an event; dropped once the call was answered. */
  emit(event: CallEvent<N>): void;
  /** What this client has not taken yet. Past LIMITS.maxQueuedBytes a watch sends a snapshot later instead. */
  queuedBytes(): number;
  /** Resolves once what is queued now has gone, or the session has ended. */
  drained(): Promise<void>;
}

export type Handlers = {
  [N in CallName]: (args: CallArgs<N>, context: CallContext<N>) => CallResult<N> | Promise<CallResult<N>>;
};

export interface SessionHooks {
  arming: SessionArming;
  /** Where this session counts what it sends and takes; by itself where nobody asks. */
  traffic?: SessionTraffic;
  /** A call was refused for want of a capability, or of arming; for the audit. */
  onRefused?(refusal: { login: Login; name: CallName; args: CallArgs<CallName>; error: PerchError }): void;
  onClose?(): void;
}

/**
 * Serves one authenticated stream of frames until it ends. Everything that can go wrong on it ends this session
 * at most: nothing is thrown, and every stream error is taken.
 */
export function serveSession(
  stream: SessionStream,
  login: Login,
  handlers: Handlers,
  hooks: SessionHooks,
): void {
  new ServedSession(stream, login, handlers, hooks);
}

/** A call from its frame until its handler has settled, which may be after it was answered. */
interface CallUnderWay {
  name: CallName;
  abort: AbortController;
  isAnswered: boolean;
  deadline: NodeJS.Timeout | undefined;
}

class ServedSession {
  readonly #stream: SessionStream;
  readonly #login: Login;
  readonly #handlers: Handlers;
  readonly #hooks: SessionHooks;
  readonly #traffic: SessionTraffic;
  readonly #outbox: Outbox;
  readonly #reader = new FrameReader(LIMITS.maxCallBytes);
  readonly #underWay = new Map<number, CallUnderWay>();
  readonly #end = new AbortController();
  #accepts: ReadonlySet<string> = new Set();
  #hasGreeted = false;
  /** No further frame is looked at. */
  #isClosing = false;
  /** The client sends no more: what is under way is answered, then the session ends. */
  #isEnding = false;

  constructor(stream: SessionStream, login: Login, handlers: Handlers, hooks: SessionHooks) {
    this.#stream = stream;
    this.#login = login;
    this.#handlers = handlers;
    this.#hooks = hooks;
    this.#traffic = hooks.traffic ?? new SessionTraffic(login.author);
    this.#outbox = new Outbox(stream, this.#traffic, () => this.#closed());
    stream.on('error', () => this.#outbox.abandon());
    stream.on('end', () => this.#ended());
    stream.on('data', (chunk: Uint8Array) => this.#read(chunk));
  }

  #read(chunk: Uint8Array): void {
    this.#traffic.bytesIn += chunk.length;
    if (this.#isClosing) return;
    try {
      for (const frame of this.#reader.push(chunk)) {
        if (!this.#isClosing) this.#receive(checkFrame(frame));
      }
    } catch (thrown) {
      this.#close(0, asPerchError(thrown));
    }
  }

  #receive(frame: ClientFrame): void {
    if (frame.t === 'cancel') return this.#cancel(frame.id);
    const { id, name } = frame;
    if (this.#underWay.has(id))
      throw new PerchError('BAD_FRAME', `Call id ${id} is under way already`, { id });
    if (!this.#hasGreeted) {
      const error = greetingError(frame);
      if (error) return this.#close(id, error);
      this.#hasGreeted = true;
    }
    try {
      if (!isCallName(name)) {
        throw new PerchError('UNKNOWN_CALL', `There is no call ${JSON.stringify(name)}`, { name });
      }
      if (this.#underWay.size >= LIMITS.maxCallsAtOnce) {
        throw new PerchError('BUSY', `${this.#underWay.size} calls are under way`, {
          max: LIMITS.maxCallsAtOnce,
        });
      }
      const args = CALLS[name].args(frame.args, '') as CallArgs<CallName>;
      this.#checkCapability(name, args);
      this.#checkArmed(name, args);
      if (name === 'hello') this.#greeted(args as CallArgs<'hello'>);
      this.#start(id, name, args);
    } catch (thrown) {
      this.#outbox.send({ t: 'error', id, error: asPerchError(thrown).toDocument() });
    }
  }

  #greeted({ accepts = [] }: CallArgs<'hello'>): void {
    this.#accepts = new Set(accepts);
    this.#outbox.mayDeflate = this.#accepts.has('deflate');
  }

  /** The one place where a capability is enforced. */
  #checkCapability(name: CallName, args: CallArgs<CallName>): void {
    const needed = CALLS[name].capability;
    if (needed === null || this.#login.capabilities.includes(needed)) return;
    const error = this.#missing(needed, name);
    this.#hooks.onRefused?.({ login: this.#login, name, args, error });
    throw error;
  }

  #missing(needed: Capability, name: CallName): PerchError {
    const { author, capabilities, isControlOff } = this.#login;
    if (needed === 'control' && isControlOff) return controlOff();
    const facts = { needed, granted: [...capabilities], key: author.key };
    return new PerchError('CAPABILITY_MISSING', `This key may not ${needed}, which ${name} needs`, facts);
  }

  /** The one place where it is enforced that a session is read-only until it is armed. */
  #checkArmed(name: CallName, args: CallArgs<CallName>): void {
    if (!CALLS[name].whileArmed || this.#hooks.arming.mayAct((args as CallArgs<'act'>).call)) return;
    const error = new PerchError('NOT_ARMED', 'This session is read-only: it is not armed', {
      key: this.#login.author.key,
    });
    this.#hooks.onRefused?.({ login: this.#login, name, args, error });
    throw error;
  }

  #start(id: number, name: CallName, args: CallArgs<CallName>): void {
    const call: CallUnderWay = { name, abort: new AbortController(), isAnswered: false, deadline: undefined };
    this.#underWay.set(id, call);
    this.#traffic.calls++;
    if (CALLS[name].untilCancelled) this.#traffic.watches++;
    else {
      const { timeoutMs = LIMITS.callMs } = args as { timeoutMs?: number };
      const words = `No answer to ${name} within ${timeoutMs} ms${goesOn(name)}`;
      const late = () => this.#fail(id, call, new PerchError('TIMEOUT', words));
      call.deadline = setTimeout(late, timeoutMs + LIMITS.lateAnswerMs);
      call.deadline.unref();
    }
    const context: CallContext<CallName> = {
      login: this.#login,
      accepts: this.#accepts,
      arming: this.#hooks.arming,
      traffic: this.#traffic,
      signal: call.abort.signal,
      sessionEnd: this.#end.signal,
      emit: (value) => {
        if (!call.isAnswered) this.#send({ t: 'event', id, value });
      },
      queuedBytes: () => this.#outbox.queuedBytes(),
      drained: () => this.#outbox.drained(),
    };
    const handle = this.#handlers[name] as (args: unknown, context: unknown) => unknown;
    (async () => handle(args, context))()
      .then((value) => this.#answer(call, { t: 'result', id, value: value ?? null }))
      .catch((thrown) => this.#answer(call, { t: 'error', id, error: asPerchError(thrown).toDocument() }))
      .finally(() => {
        this.#underWay.delete(id);
        if (CALLS[name].untilCancelled) this.#traffic.watches--;
        this.#endWhenDone();
      });
  }

  #answer(call: CallUnderWay, frame: Parameters<Outbox['send']>[0]): void {
    if (call.isAnswered) return;
    call.isAnswered = true;
    clearTimeout(call.deadline);
    this.#send(frame);
  }

  /** Answers with an error at once, then tells the handler, whose own answer is dropped. */
  #fail(id: number, call: CallUnderWay, error: PerchError): void {
    this.#answer(call, { t: 'error', id, error: error.toDocument() });
    call.abort.abort(error);
  }

  #cancel(id: number): void {
    const call = this.#underWay.get(id);
    if (!call || call.isAnswered) return;
    const words = `The wait for ${call.name} was cancelled${goesOn(call.name)}`;
    const error = new PerchError('CANCELLED', words);
    if (CALLS[call.name].untilCancelled) this.#answer(call, { t: 'result', id, value: null });
    this.#fail(id, call, error);
  }

  /** Sends, and reads no further calls from a client that does not take its answers. */
  #send(frame: Parameters<Outbox['send']>[0]): void {
    this.#outbox.send(frame);
    if (this.#outbox.queuedBytes() <= LIMITS.maxQueuedBytes || this.#stream.isPaused()) return;
    this.#stream.pause();
    void this.#outbox.drained().then(() => this.#stream.resume());
  }

  #close(id: number, error: PerchError): void {
    this.#isClosing = true;
    this.#outbox.send({ t: 'error', id, error: error.toDocument() });
    this.#outbox.end(1);
    this.#abortAll(error);
  }

  #ended(): void {
    this.#isEnding = true;
    for (const [id, call] of this.#underWay) if (CALLS[call.name].untilCancelled) this.#cancel(id);
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (!this.#isEnding || this.#isClosing) return;
    for (const call of this.#underWay.values()) if (!call.isAnswered) return;
    this.#isClosing = true;
    this.#outbox.end(0);
  }

  #closed(): void {
    this.#isClosing = true;
    const error = new PerchError('CONNECTION_LOST', 'The session ended');
    this.#abortAll(error);
    this.#end.abort(error);
    this.#hooks.arming.end();
    this.#hooks.onClose?.();
  }

  #abortAll(error: PerchError): void {
    for (const call of this.#underWay.values()) {
      call.isAnswered = true;
      clearTimeout(call.deadline);
      call.abort.abort(error);
    }
  }
}

/** Who hears no more of it must not take it for undone. */
function goesOn(name: CallName): string {
  return CALLS[name].capability === 'control' ? '; what it began goes on' : '';
}

function checkFrame(frame: unknown): ClientFrame {
  if (typeof frame === 'object' && frame !== null) {
    const { t, id, name } = frame as Record<string, unknown>;
    const isNumbered = Number.isSafeInteger(id) && (id as number) > 0;
    if (isNumbered && (t === 'cancel' || (t === 'call' && typeof name === 'string')))
      return frame as ClientFrame;
  }
  throw new PerchError('BAD_FRAME', 'Expected a call or a cancel with an id from 1 on');
}

/** The first call must be hello, in this agent's protocol; looked at before the rest of it is. */
function greetingError({ name, args }: Extract<ClientFrame, { t: 'call' }>): PerchError | null {
  if (name !== 'hello') return new PerchError('BAD_CALL', `The first call must be hello, not ${name}`);
  const spoken = (args as { protocol?: unknown } | null)?.protocol;
  if (typeof spoken !== 'number' || spoken === PROTOCOL_VERSION) return null;
  const facts = { client: spoken, agent: PROTOCOL_VERSION, agentVersion: PERCH_VERSION };
  return new PerchError(
    'VERSION_SKEW',
    `The client speaks protocol ${spoken}, this agent (${PERCH_VERSION}) speaks ${PROTOCOL_VERSION}`,
    facts,
  );
}
