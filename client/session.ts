import type { Duplex } from 'node:stream';
import { inflateRawSync } from 'node:zlib';
import { Caller, type CallOptions } from '../protocol/caller.ts';
import {
  ACCEPTS,
  type CallArgs,
  type CallName,
  type CallResult,
  type HelloAnswer,
} from '../protocol/calls.ts';
import { asPerchError, type ErrorDocument, PerchError } from '../protocol/errors.ts';
import { encodeFrame, FrameReader } from '../protocol/framing.ts';
import { LIMITS } from '../protocol/limits.ts';
import { PERCH_VERSION, PROTOCOL_VERSION } from '../protocol/version.ts';
import { type Connection, type ConnectOptions, connect } from './ssh/connect.ts';
import type { HostKeyPolicy } from './ssh/host-key.ts';
import type { AskPassphrase } from './ssh/identity.ts';
import { rememberHost } from './ssh/known-hosts.ts';
import type { Way } from './via/way.ts';

export type { HostKeyPolicy } from './ssh/host-key.ts';

export type Address = Destination | CommandAddress;
export type Destination = { kind: 'tcp'; host: string; port: number } | { kind: 'unix'; path: string };
/** What a command leads to: an address where keys are asked for, or (null) an agent's local socket. */
export type CommandAddress = { kind: 'command'; way: Way; to: Destination | null };

export interface Target {
  address: Address;
  /** `none` on a local socket, this machine's or one that a command leads to: who may open the file is logged in. */
  login: 'none' | 'publickey';
  /** The private key's text. */
  identity?: string;
  /** Asked when the key is locked; absent: PASSPHRASE_NEEDED. */
  passphrase?: AskPassphrase;
  hostKey: HostKeyPolicy;
  /** The address of this computer to connect from (a tunnel's). */
  localAddress?: string;
}

/** One conversation with one agent. */
export interface Session {
  readonly hello: HelloAnswer;
  /** Fingerprint of the agent's host key. */
  readonly hostKey: string | null;
  /** Resolves when the session has ended, with why; never rejects. */
  readonly closed: Promise<PerchError>;
  /**
   * Asks the agent. Rejects with the agent's error, TIMEOUT, CANCELLED, or CONNECTION_LOST when the session
   * ends first. A watch resolves with null once its signal aborts.
   */
  call<N extends CallName>(name: N, args: CallArgs<N>, options?: CallOptions<N>): Promise<CallResult<N>>;
  close(): void;
}

/**
 * Connects, logs in and greets. Throws what `connect` throws, and VERSION_SKEW, BUSY. A host that is met for
 * the first time is asked about (`confirm`) with the connection closed, since the agent gives a login few seconds.
 */
export async function openSession(target: Target, options: ConnectOptions = {}): Promise<Session> {
  try {
    return await greet(await connect(target, options), options);
  } catch (error) {
    const trusted = await askAboutHost(target, asPerchError(error));
    if (!trusted) throw error;
    return greet(await connect(trusted, options), options);
  }
}

/** The target with its now trusted key pinned; null when the error is another one or the answer was no. */
async function askAboutHost(target: Target, error: PerchError): Promise<Target | null> {
  const policy = target.hostKey;
  if (error.code !== 'HOST_KEY_UNKNOWN' || policy.kind !== 'known-hosts' || !policy.confirm) return null;
  const { fingerprint, knownHostsLine } = error.facts as { fingerprint: string; knownHostsLine: string };
  if (!(await policy.confirm(fingerprint))) return null;
  await rememberHost(policy.file, knownHostsLine);
  return { ...target, hostKey: { kind: 'pinned', sha256: fingerprint } };
}

async function greet(connection: Connection, { signal, timeoutMs }: ConnectOptions): Promise<Session> {
  const { caller, closed } = speak(connection.stream, connection.whyEnded);
  const close = (): void => connection.close();
  void closed.then(close);
  try {
    const greeting = { protocol: PROTOCOL_VERSION, client: `perch ${PERCH_VERSION}`, accepts: [...ACCEPTS] };
    const hello = await caller.call('hello', greeting, { signal, timeoutMs });
    return {
      hello,
      hostKey: connection.hostKey,
      closed,
      call: (name, args, callOptions) => caller.call(name, args, callOptions),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Frames over a stream. `closed` resolves with why it ended: what the agent said of the whole session (an error
 * with id 0), else `whyEnded`; everything under way is then rejected with it.
 */
export function speak(
  stream: Duplex,
  whyEnded: () => PerchError,
): { caller: Caller; closed: Promise<PerchError> } {
  const reader = new FrameReader(LIMITS.maxFrameBytes, inflate);
  const caller = new Caller((frame) => {
    try {
      stream.write(encodeFrame(frame));
    } catch {
      // The channel's connection has just ended; its `close` follows and ends all calls.
    }
  });
  const closed = new Promise<PerchError>((resolve) => {
    const end = (error: PerchError) => {
      caller.end(error);
      resolve(error);
    };
    // Half a connection is none: nothing more can be answered.
    for (const event of ['end', 'close', 'error']) stream.on(event, () => end(whyEnded()));
    stream.on('data', (chunk: Uint8Array) => {
      try {
        for (const frame of reader.push(chunk)) {
          const error = wholeSessionError(frame);
          if (error) return end(error);
          caller.receive(frame);
        }
      } catch (error) {
        end(asPerchError(error));
      }
    });
  });
  return { caller, closed };
}

function inflate(deflated: Uint8Array, maxBytes: number): Uint8Array {
  return inflateRawSync(deflated, { maxOutputLength: maxBytes });
}

function wholeSessionError(frame: unknown): PerchError | null {
  if (typeof frame !== 'object' || frame === null) return null;
  const { t, id, error } = frame as { t?: unknown; id?: unknown; error?: ErrorDocument };
  return t === 'error' && id === 0 && error ? PerchError.fromDocument(error) : null;
}
