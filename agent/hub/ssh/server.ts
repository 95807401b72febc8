import type { Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { asPerchError, ERRORS, PerchError } from '../../../protocol/errors.ts';
import { encodeFrame } from '../../../protocol/framing.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { SessionStream } from '../outbox.ts';
import type { Login } from '../session.ts';
import type { AuthorizedKey } from './authorized-keys.ts';
import { type Doorkeeper, judgeLogin } from './login.ts';

/** What a logged-in client may do: speak the protocol, or ask one of a few words. */
export interface SshHooks {
  onSession(stream: SessionStream, login: Login): void;
  onExec(command: string, login: Login): Promise<{ text: string; exit: number }>;
}

export interface SshOptions {
  /** Private, in OpenSSH's format. */
  hostKey: string;
  doorkeeper: Doorkeeper;
  /** Shared by all connections of the agent. */
  crowd: { loggedIn: number };
  /** Ends the deadline of the login. */
  onLogin(): void;
  hooks: SshHooks;
}

/** What `ssh HOST WORD` may ask. Nothing is ever run for it. */
const EXEC_WORDS: readonly string[] = ['tree'];

/** AES-GCM only: Node's own crypto does it fast; ssh2's chacha20 without its addon is several times slower. */
const ALGORITHMS: ssh2.Algorithms = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384'],
  cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com'],
  compress: ['none'],
};

/**
 * Speaks ssh on a socket: logins by key, the subsystem `perch`, a few words for exec. A shell, programs,
 * forwarding, agents, X11 and sftp have nobody here who answers to them, which ssh2 turns into a refusal.
 */
export function serveSsh(socket: Socket, options: SshOptions): void {
  // Each channel listens for the socket's end beside ssh2 itself; Node would warn on the service's stderr.
  socket.setMaxListeners(LIMITS.maxChannels + 10);
  // A server object for each connection: it listens on nothing, and ties the connection to its socket.
  const server = new ssh2.Server({ hostKeys: [options.hostKey], ident: 'Perch', algorithms: ALGORITHMS });
  server.on('connection', (connection: Connection) => serveConnection(connection, socket, options));
  server.injectSocket(socket);
}

function serveConnection(connection: Connection, socket: Socket, options: SshOptions): void {
  const { crowd, doorkeeper, hooks } = options;
  let login: Login | null = null;
  let key: AuthorizedKey | null = null;
  let isCrowded = false;
  let tries = 0;
  let channels = 0;

  // After an error the peer may never hang up, and ssh2 would go on to ping it through a cipher that is gone.
  connection.on('error', () => socket.destroySoon());
  connection.on('authentication', async (context: AuthContext) => {
    try {
      if (++tries > LIMITS.maxLoginTries) return void connection.end();
      const verdict = await judgeLogin(context, doorkeeper, socket.remoteAddress);
      if (verdict.kind === 'refuse') return context.reject([verdict.way]);
      if (verdict.kind === 'accept') {
        login = verdict.login;
        key = verdict.key;
      }
      context.accept();
    } catch {
      socket.destroySoon();
    }
  });
  connection.on('ready', () => {
    isCrowded = crowd.loggedIn >= LIMITS.maxSessions;
    // One too many may hear why, and is then closed by the login's deadline.
    if (isCrowded) return;
    crowd.loggedIn++;
    socket.once('close', () => crowd.loggedIn--);
    if (key && doorkeeper.kind === 'keys') {
      socket.once(
        'close',
        doorkeeper.roster.enter(key, socket.remoteAddress, () => socket.destroy()),
      );
    }
    options.onLogin();
  });
  connection.on('session', (accept, reject) => {
    if (!login || channels >= LIMITS.maxChannels) return reject();
    const who = login;
    const session = accept();
    channels++;
    session.on('close', () => channels--);
    session.on('subsystem', (acceptChannel, rejectChannel, { name }) => {
      if (name !== 'perch') return rejectChannel?.();
      const channel = acceptChannel();
      if (!channel) return;
      const stream: SessionStream = Object.assign(channel, {
        transport: socket,
        leave: (exit: 0 | 1) => channel.exit(exit),
      });
      if (isCrowded) turnAway(stream);
      else hooks.onSession(stream, who);
    });
    session.on('exec', (acceptChannel, rejectChannel, { command }) => {
      if (!EXEC_WORDS.includes(command)) return rejectChannel?.();
      const channel = acceptChannel();
      if (channel)
        void answerExec(channel, isCrowded ? Promise.reject(tooMany()) : hooks.onExec(command, who));
    });
  });
}

async function answerExec(
  channel: ServerChannel,
  asked: Promise<{ text: string; exit: number }>,
): Promise<void> {
  channel.on('error', () => {});
  const { stdout, stderr, exit } = await asked.then(
    ({ text, exit }) => ({ stdout: text, stderr: '', exit }),
    (thrown) => {
      const error = asPerchError(thrown);
      return {
        stdout: '',
        stderr: `perch: ${error.message}\n${error.mend}\n`,
        exit: ERRORS[error.code].exit,
      };
    },
  );
  try {
    if (stderr) channel.stderr.write(stderr);
    channel.write(stdout, () => {
      channel.exit(exit);
      channel.end();
    });
  } catch {
    // Whoever hung up before the answer was there gets none.
  }
}

function turnAway(stream: SessionStream): void {
  stream.on('error', () => {});
  stream.end(encodeFrame({ t: 'error', id: 0, error: tooMany().toDocument() }));
}

function tooMany(): PerchError {
  return new PerchError('BUSY', `${LIMITS.maxSessions} connections are logged in already`, {
    max: LIMITS.maxSessions,
  });
}
