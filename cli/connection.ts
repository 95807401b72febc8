import { connectTo } from '../client/fleet/connect.ts';
import { type FleetInstance, fromInventory } from '../client/fleet/fleet.ts';
import type { Inventory } from '../client/fleet/inventory.ts';
import { type LocalInstance, type LocalSight, lookAround } from '../client/fleet/local.ts';
import type { Connect } from '../client/instance.ts';
import { configFiles } from '../client/paths.ts';
import type { Session } from '../client/session.ts';
import { findInstance, type Login } from '../client/target.ts';
import { PerchError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Output } from './output.ts';

/** What the connecting options of a command settle (cli/command.ts, CONNECTION). */
export interface ConnectionOptions {
  timeout?: number;
  inventory?: string;
  identity?: string;
  'host-key'?: string;
}

/** What a command needs to reach instances. ssh2 and yaml are loaded only when they are needed. */
export interface Reach {
  inventory: Inventory | null;
  timeoutMs: number;
  connectTo(instance: FleetInstance): Connect;
  /** This computer's sockets. */
  lookAround(): Promise<LocalSight>;
  findLocal(): Promise<LocalInstance[]>;
}

export interface Reached {
  instance: FleetInstance;
  session: Session;
  /** Connects again, without asking the person again. */
  connect: Connect;
}

export async function reach(
  options: ConnectionOptions,
  out: Output,
  { mayAsk = true }: { mayAsk?: boolean } = {},
): Promise<Reach> {
  const files = configFiles(options.inventory);
  const timeoutMs = options.timeout ?? LIMITS.callMs;
  const open = async (...args: Parameters<typeof import('../client/session.ts').openSession>) =>
    (await import('../client/session.ts')).openSession(...args);
  const look = () => lookAround({ open, timeoutMs: Math.min(timeoutMs, LOCAL_MS) });
  const findLocal = async () => (await look()).found;
  const tunnelAddress = async (instance: FleetInstance) =>
    (await import('../client/wireguard/through.ts')).throughTunnel(instance);
  const asked = mayAsk && out.canAsk ? questions(out) : null;
  const login: Login = {
    identity: options.identity,
    hostKey: options['host-key'],
    identities: files.identities,
    knownHosts: files.knownHosts,
    confirm: asked?.confirm,
    passphrase: asked?.passphrase,
  };
  return {
    inventory: await loadInventory(files.inventory, options.inventory !== undefined),
    timeoutMs,
    connectTo(instance) {
      const connect = connectTo(instance, login, { open, findLocal, tunnelAddress });
      return async (how) => {
        const session = await connect(how);
        asked?.connected();
        return session;
      };
    },
    lookAround: look,
    findLocal,
  };
}

/** Connects to TARGET; its session is the command's to close. */
export async function reachTarget(
  target: string,
  options: ConnectionOptions,
  out: Output,
  signal: AbortSignal,
): Promise<Reached> {
  const way = await reach(options, out);
  const instance = await findInstance(target, {
    configured: fromInventory(way.inventory),
    findLocal: way.findLocal,
  });
  const connect = way.connectTo(instance);
  const session = await connect({ signal, timeoutMs: way.timeoutMs });
  return { instance, session, connect };
}

/** An agent on this computer that takes longer has other worries than a list. */
const LOCAL_MS = 3000;

/** The parser of YAML is loaded only when there is something to parse. */
async function loadInventory(file: string, isNamed: boolean): Promise<Inventory | null> {
  const { existsSync } = await import('node:fs');
  if (!existsSync(file)) {
    if (isNamed) throw new PerchError('BAD_INVENTORY', `There is no file ${file}`, { file });
    return null;
  }
  const { readInventory } = await import('../client/fleet/inventory.ts');
  return readInventory(file);
}

/** What a person at the terminal is asked. A passphrase that opened the key is used again, not asked for again. */
function questions(out: Output): Required<Pick<Login, 'confirm' | 'passphrase'>> & { connected(): void } {
  let passphrase: string | null = null;
  let isRight = false;
  return {
    async confirm(fingerprint) {
      out.note(`This host is met for the first time. Its host key is ${fingerprint}`);
      out.note("Compare it with the line `perch: listening on …` in the service's stderr.");
      const answer = await out.ask('Trust it from now on? [y/N] ');
      return /^y(es)?$/i.test(answer.trim());
    },
    async passphrase(words) {
      if (!isRight) passphrase = await out.ask(words, { isSecret: true });
      return passphrase;
    },
    connected() {
      isRight = passphrase !== null;
    },
  };
}
