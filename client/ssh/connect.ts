import net from 'node:net';
import os from 'node:os';
import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Address, Target } from '../session.ts';
import { CommandStream } from '../via/command-stream.ts';
import { wayWords } from '../via/way.ts';
import { fingerprint } from './fingerprint.ts';
import { type HostKeyJudge, hostKeyJudge } from './host-key.ts';
import { type Identity, readIdentity } from './identity.ts';
import { agentGone, cancelled, connectFailed, keyRefused, noAnswer, wayFailed, whyNot } from './why-not.ts';

/** The `perch` channel of a logged-in connection. */
export interface Connection {
  stream: Duplex;
  /** Fingerprint of the host key that was accepted. */
  hostKey: string;
  /** Why it ended, in an error to hand on. */
  whyEnded(): PerchError;
  /** Says goodbye, and lets go whether or not it is heard. */
  close(): void;
}

export interface ConnectOptions {
  signal?: AbortSignal;
  /** For everything up to the open channel. */
  timeoutMs?: number;
}

/** AES-GCM only, as the agent offers: Node's own crypto does it, fast, without ssh2's addon. */
const ALGORITHMS: ssh2.Algorithms = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384'],
  cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com'],
  compress: ['none'],
};

/** A peer that is gone without a word is noticed after three of these. */
const KEEPALIVE_MS = 5000;
/** How long a goodbye may take. */
const GOODBYE_MS = 500;

/**
 * Connects, checks the host key, logs in and opens the `perch` channel. Throws NO_IDENTITY, BAD_IDENTITY,
 * PASSPHRASE_NEEDED, CONNECT_FAILED, BAD_FRAME (no ssh there), HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, KEY_REFUSED,
 * CANCELLED.
 */
export async function connect(target: Target, { signal, timeoutMs }: ConnectOptions): Promise<Connection> {
  const identity = target.login === 'publickey' ? await identityOf(target) : null;
  const judge = await hostKeyJudge(target.hostKey, target.address);
  const deadlineMs = timeoutMs ?? LIMITS.callMs;
  const attempt = dial(target, identity, judge);
  const late = setTimeout(
    () => attempt.fail(noAnswer(target.address, deadlineMs, attempt.way?.how().words)),
    deadlineMs,
  );
  const onAbort = () => attempt.fail(cancelled(target.address));
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    return await attempt.connection;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', onAbort);
  }
}

interface Attempt {
  connection: Promise<Connection>;
  /** The command that it goes over; null: none. */
  way: CommandStream | null;
  /** Ends it with this error; after it has succeeded, ends the connection. */
  fail(error: PerchError): void;
}

function dial(target: Target, identity: Identity | null, judge: HostKeyJudge): Attempt {
  const { address } = target;
  const socket = openSocket(target);
  const way = socket instanceof CommandStream ? socket : null;
  const client = new ssh2.Client();
  const { promise: connection, resolve, reject } = deferred<Connection>();
  let isOpen = false;
  let hostKey = '';
  let error: PerchError | null = null;

  const fail = (reason: PerchError) => {
    error ??= reason;
    reject(error);
    socket.destroy();
  };
  const opened = (stream: Duplex) => {
    isOpen = true;
    resolve({
      stream,
      hostKey,
      whyEnded: () => error ?? agentGone(address, undefined, way?.how()),
      close() {
        client.end();
        setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
      },
    });
  };

  client.on('error', (cause: Error & { level?: string }) => {
    if (isOpen) return fail(agentGone(address, cause, way?.how()));
    if (cause.level === 'client-authentication') return fail(keyRefused(address, identity, cause));
    fail(way?.isOver ? wayFailed(address, way.how()) : whyNot(address, cause));
  });
  client.on('close', () => {
    if (isOpen) return;
    if (way) return fail(wayFailed(address, way.how()));
    fail(connectFailed(address, 'the other side closed the connection before the login'));
  });
  client.on('ready', () => {
    client.subsys('perch', (cause, stream) => {
      if (!cause) opened(stream);
      else fail(connectFailed(address, 'an ssh server answers there, but no agent of Perch', cause));
    });
  });
  const username = userName(address);
  const method: ssh2.AnyAuthMethod = identity
    ? { type: 'publickey', username, key: identity.key }
    : { type: 'none', username };
  client.connect({
    sock: socket,
    username,
    authHandler: [method],
    algorithms: ALGORITHMS,
    readyTimeout: 0,
    keepaliveInterval: KEEPALIVE_MS,
    hostVerifier: (blob: Buffer) => {
      hostKey = fingerprint(blob);
      const refusal = judge(blob);
      // Set before ssh2 reports its own, wordless, failure.
      if (refusal) fail(refusal);
      return refusal === null;
    },
  });
  return { connection, way, fail };
}

async function identityOf(target: Target): Promise<Identity> {
  if (target.identity === undefined) throw new PerchError('NO_IDENTITY', 'There is no key to log in with');
  return readIdentity(target.identity, target.passphrase);
}

/** Without Nagle's algorithm: ssh2 writes a packet in parts, and each would wait 40 ms for the one before. */
function openSocket({ address, localAddress }: Target): net.Socket | CommandStream {
  if (address.kind === 'command') return new CommandStream(address.way);
  if (address.kind === 'unix') return net.connect({ path: address.path });
  return net.connect({ host: address.host, port: address.port, localAddress, noDelay: true });
}

/** Agents ignore it, but on the local socket it stands beside what was done. */
function userName(address: Address): string {
  const name = userOfThisComputer();
  // Behind a command the agent is elsewhere: there a name alone would be taken for one of that machine.
  return address.kind === 'command' ? `${name}@${os.hostname()} via ${wayWords(address.way)}` : name;
}

function userOfThisComputer(): string {
  try {
    return os.userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((whenDone, whenFailed) => {
    resolve = whenDone;
    reject = whenFailed;
  });
  return { promise, resolve, reject };
}
