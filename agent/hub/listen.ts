import { rmSync } from 'node:fs';
import { chmod, rename } from 'node:fs/promises';
import net from 'node:net';
import { type AgentConfig, type ListenAddress, parseListenAddress } from '../config.ts';
import { sayOnStderr } from '../say.ts';
import { localSocketPath, removeDeadSocket } from './local-socket.ts';
import { persistently } from './persistently.ts';
import { isKeyLines, readAuthorizedKeys } from './ssh/authorized-keys.ts';
import { Gate } from './ssh/gate.ts';
import { hostKey, newHostKey } from './ssh/host-key.ts';
import { Roster } from './ssh/roster.ts';
import type { SshHooks, SshOptions } from './ssh/server.ts';

export interface ListenHooks extends SshHooks {
  /** What is listened on now, as clients write it: `127.0.0.1:7400`, `unix:/path`. */
  onListening(addresses: string[]): void;
  /** Where the few lines go that the agent writes; stderr. */
  say?(line: string): void;
}

export interface Listening {
  readonly addresses: readonly string[];
  /** What went over all its connections so far: logins, ssh's own packets and all. */
  traffic(): { bytesIn: number; bytesOut: number };
  close(): Promise<void>;
}

/**
 * Listens on the local socket and on the configured addresses, each as soon as it can be had. Never throws: an
 * address that is taken, a key that is missing are said in one line, tried again, and the service goes on.
 */
export function startListening(config: AgentConfig, hooks: ListenHooks): Listening {
  const doors = new Doors(hooks);
  for (const problem of config.problems) doors.say(problem);
  if (config.local) void openLocal(config, doors);
  if (config.listen.length > 0) void openNetwork(config, doors);
  return doors;
}

/** The file's permission is the login, so nobody looks at the host key: one made on the spot will do. */
async function openLocal(config: AgentConfig, doors: Doors): Promise<void> {
  try {
    const path = await localSocketPath(config.runtimeDir, process.pid);
    let key: string | null = null;
    const options = { doorkeeper: { kind: 'local' }, hostKey: () => (key ??= newHostKey().text) } as const;
    // It gets its name once it answers: between bind and listen whoever found it would be refused.
    const fresh = `${path}.new`;
    await doors.open({ kind: 'unix', path: fresh, raw: `unix:${path}` }, new Gate(), options, async () => {
      await chmod(fresh, 0o600);
      await rename(fresh, path);
      const remove = () => rmSync(path, { force: true });
      if (doors.signal.aborted) remove();
      doors.signal.addEventListener('abort', remove);
    });
  } catch (error) {
    doors.say(`no local socket: ${(error as Error).message}`);
  }
}

async function openNetwork(config: AgentConfig, doors: Doors): Promise<void> {
  const { listen, authorizedKeys } = config;
  // A file may be mounted or filled later; lines, or their lack, stay what they are.
  const mayChange = authorizedKeys !== null && !isKeyLines(authorizedKeys);
  const entry = await persistently(
    doors.signal,
    async () => {
      const { keys, problems } = await readAuthorizedKeys(authorizedKeys);
      if (keys.length === 0) throw new Error(noKey(authorizedKeys, problems));
      return { problems, key: await hostKey(config.hostKey, config.stateDir) };
    },
    (error) => {
      doors.say(`not listening on ${listen.join(', ')}: ${error.message}`);
      return mayChange;
    },
  );
  if (!entry) return;
  const { key, problems } = entry;
  const notes = [...(key.warning ? [key.warning] : []), ...problems];
  const gate = new Gate();
  const doorkeeper = { kind: 'keys', authorizedKeys, roster: new Roster(authorizedKeys) } as const;
  const options = { doorkeeper, hostKey: () => key.text };
  for (const raw of listen) {
    const address = parseListenAddress(raw) as ListenAddress;
    void persistently(
      doors.signal,
      () => doors.open(address, gate, options),
      (error) => {
        doors.say(`not listening on ${raw}: ${words(error)}; trying again`);
        return true;
      },
    ).then((shown) => {
      if (shown) doors.say([`listening on ${shown} ${key.fingerprint}`, ...notes].join('; '));
    });
  }
}

function noKey(authorizedKeys: string | null, problems: readonly string[]): string {
  if (authorizedKeys === null) return 'no authorized key (set PERCH_AUTHORIZED_KEYS)';
  return ['no authorized key', ...problems].join('; ');
}

function words(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the address is taken';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address';
    default:
      return error.message;
  }
}

type Entry = Pick<SshOptions, 'doorkeeper'> & { hostKey(): string };

/** The servers and connections of one agent. */
class Doors implements Listening {
  readonly addresses: string[] = [];
  readonly #hooks: ListenHooks;
  readonly #crowd = { loggedIn: 0 };
  readonly #servers = new Set<net.Server>();
  readonly #sockets = new Set<net.Socket>();
  readonly #closing = new AbortController();
  readonly #ended = { bytesIn: 0, bytesOut: 0 };

  constructor(hooks: ListenHooks) {
    this.#hooks = hooks;
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  say(line: string): void {
    (this.#hooks.say ?? sayOnStderr)(`perch: ${line}`);
  }

  /** Listens, and resolves with the address as it came out, once `publish` made it known; rejects with Node's error. */
  async open(
    address: ListenAddress,
    gate: Gate,
    entry: Entry,
    publish?: () => Promise<void>,
  ): Promise<string> {
    if (address.kind === 'unix') await removeDeadSocket(address.path);
    // Without Nagle's algorithm: ssh2 writes a packet in parts, and each would wait 40 ms for the one before.
    const server = net.createServer({ noDelay: true }, (socket) => this.#admit(socket, gate, entry));
    await listen(server, address);
    this.#servers.add(server);
    await publish?.();
    if (this.signal.aborted) {
      server.close();
      throw new Error('the agent has stopped listening');
    }
    const shown = shownAddress(server, address);
    this.addresses.push(shown);
    this.#hooks.onListening([...this.addresses]);
    return shown;
  }

  #admit(socket: net.Socket, gate: Gate, { doorkeeper, hostKey }: Entry): void {
    socket.on('error', () => {});
    const onLogin = gate.admit(socket);
    if (!onLogin) return;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      count(this.#ended, socket);
    });
    // ssh2 is loaded when the first connection comes: most services never have one.
    import('./ssh/server.ts')
      .then(({ serveSsh }) => {
        const options = { hostKey: hostKey(), doorkeeper, crowd: this.#crowd, onLogin, hooks: this.#hooks };
        if (!socket.destroyed) serveSsh(socket, options);
      })
      .catch(() => socket.destroy());
  }

  traffic(): { bytesIn: number; bytesOut: number } {
    const all = { ...this.#ended };
    for (const socket of this.#sockets) count(all, socket);
    return all;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([...this.#servers].map((server) => new Promise((resolve) => server.close(resolve))));
    this.addresses.length = 0;
    this.#hooks.onListening([]);
  }
}

function count(traffic: { bytesIn: number; bytesOut: number }, socket: net.Socket): void {
  traffic.bytesIn += socket.bytesRead;
  traffic.bytesOut += socket.bytesWritten;
}

function listen(server: net.Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
      () => {
        server.removeListener('error', reject);
        // Out of file descriptors, say: those who wait are taken in later.
        server.on('error', () => {});
        resolve();
      },
    );
  });
}

function shownAddress(server: net.Server, address: ListenAddress): string {
  if (address.kind === 'unix') return address.raw;
  const { port } = server.address() as net.AddressInfo;
  return address.host.includes(':') ? `[${address.host}]:${port}` : `${address.host}:${port}`;
}
