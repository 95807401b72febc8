import { stat } from 'node:fs/promises';
import { connectTo, isNamed } from '../client/fleet/connect.ts';
import { type FleetInstance, fromInventory, fromLocal } from '../client/fleet/fleet.ts';
import { type Inventory, readInventory } from '../client/fleet/inventory.ts';
import { findLocal, localFolders, localSockets, lookAround } from '../client/fleet/local.ts';
import { Instance } from '../client/instance.ts';
import type { ConfigFiles } from '../client/paths.ts';
import { openSession } from '../client/session.ts';
import type { AskPassphrase } from '../client/ssh/identity.ts';
import { throughTunnel } from '../client/wireguard/through.ts';
import { asPerchError, PerchError } from '../protocol/errors.ts';
import type { Hear } from './desk.ts';

/** Between two looks at this computer's sockets and the inventory's date: both are read from the disk only. */
const LOOK_MS = 1000;
/** A local service that ended stays listed this long. */
const GONE_MS = 60_000;
const LOCAL_MS = 2000;
/** Until one that listened without answering is asked again. */
const SILENT_MS = 3000;

interface Member {
  instance: Instance;
  source: FleetInstance;
  goneAt: number | null;
}

/** Keeps an Instance for everything in the inventory and everything found on this computer. */
export class FleetWatch {
  readonly files: ConfigFiles;
  inventory: Inventory | null = null;
  inventoryError: PerchError | null = null;
  readonly #isNamed: boolean;
  readonly #members = new Map<string, Member>();
  readonly #changed: () => void;
  readonly #inventoryChanged: (inventory: Inventory | null) => void;
  readonly #passphrase: AskPassphrase | undefined;
  readonly #hear: Hear | undefined;
  /** Sockets that were asked who they are, by path and inode: one that answered or is dead is not asked again. */
  #asked = new Set<string>();
  #askAgainAt = Number.POSITIVE_INFINITY;
  #inventoryDate = Number.NaN;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(
    files: ConfigFiles,
    options: {
      /** The inventory was asked for by name: it must be there. */
      isNamed: boolean;
      changed: () => void;
      inventoryChanged: (inventory: Inventory | null) => void;
      /** Asks the person for the passphrase of a locked key. */
      passphrase?: AskPassphrase;
      hear?: Hear;
    },
  ) {
    this.files = files;
    this.#isNamed = options.isNamed;
    this.#changed = options.changed;
    this.#inventoryChanged = options.inventoryChanged;
    this.#hear = options.hear;
    const { passphrase } = options;
    this.#passphrase = passphrase && ((words) => this.#answered(passphrase(words)));
  }

  /** Its agent was taken out: it did not end, and is not awaited. What the inventory has stays listed. */
  forget(key: string): void {
    const member = this.#members.get(key);
    if (!member?.source.isLocal) return;
    member.instance.close();
    this.#members.delete(key);
    this.#changed();
  }

  /** Looks once, then goes on looking. */
  async start(): Promise<this> {
    await this.#look();
    return this;
  }

  get instances(): { instance: Instance; isLocal: boolean }[] {
    return [...this.#members.values()].map(({ instance, source }) => ({ instance, isLocal: source.isLocal }));
  }

  find(key: string): Instance | null {
    return this.#members.get(key)?.instance ?? null;
  }

  /** Throws NO_SUCH_TARGET. */
  instance(key: string): Instance {
    const found = this.find(key);
    if (found) return found;
    throw new PerchError('NO_SUCH_TARGET', `There is no instance ${key} any more`, { instance: key });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const { instance } of this.#members.values()) instance.close();
  }

  async #look(): Promise<void> {
    await this.#readInventory();
    await this.#lookAround();
    this.#forgetGone();
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }

  async #readInventory(): Promise<void> {
    const date = await stat(this.files.inventory).then(
      ({ mtimeMs }) => mtimeMs,
      () => -1,
    );
    if (date === this.#inventoryDate) return;
    this.#inventoryDate = date;
    try {
      if (date === -1 && this.#isNamed) {
        throw new PerchError('BAD_INVENTORY', `There is no file ${this.files.inventory}`);
      }
      this.inventory = await readInventory(this.files.inventory);
      this.inventoryError = null;
    } catch (thrown) {
      // A typo must not close what is open: what was read before stays.
      this.inventoryError = asPerchError(thrown);
      this.#changed();
      return;
    }
    this.#inventoryChanged(this.inventory);
    const wanted = new Map(fromInventory(this.inventory).map((source) => [source.key, source]));
    for (const [key, { instance, source }] of this.#members) {
      if (source.isLocal || JSON.stringify(wanted.get(key)) === JSON.stringify(source)) continue;
      instance.close();
      this.#members.delete(key);
    }
    for (const [key, source] of wanted) this.#add(key, source);
    this.#changed();
  }

  async #lookAround(): Promise<void> {
    const sockets = await localSockets(await localFolders());
    const seen = new Set(await Promise.all(sockets.map(inodeOf)));
    const isNews = [...seen].some((socket) => !this.#asked.has(socket));
    this.#asked = seen;
    if (!isNews && Date.now() < this.#askAgainAt) return;
    const sight = await lookAround({ open: openSession, timeoutMs: LOCAL_MS });
    // It may be starting on a busy machine, or stopped for a moment: who listens is asked again.
    this.#askAgainAt = sight.silent.length > 0 ? Date.now() + SILENT_MS : Number.POSITIVE_INFINITY;
    const found = fromLocal(sight.found);
    for (const source of found) this.#add(localKey(source), source);
    if (found.length > 0) this.#changed();
  }

  #add(key: string, source: FleetInstance): void {
    if (this.#isClosed) return;
    const known = this.#members.get(key);
    if (known) {
      // Its next life is there: no need to wait out the back-off.
      if (known.instance.state !== 'live') known.instance.retry();
      return;
    }
    const { identities, knownHosts } = this.files;
    const connect = connectTo(
      source,
      { identities, knownHosts, passphrase: this.#passphrase },
      {
        open: openSession,
        findLocal: () => findLocal({ open: openSession, timeoutMs: LOCAL_MS }),
        tunnelAddress: throughTunnel,
      },
    );
    const instance = new Instance({ key, place: source.place, connect });
    for (const event of ['state', 'latency', 'tree', 'ledger'] as const) instance.on(event, this.#changed);
    instance.on('ledger', (update) => this.#hear?.(key, update));
    this.#members.set(key, { instance, source, goneAt: null });
    instance.start();
  }

  /** Whoever gives a passphrase gives it to all that wait for one, those that were refused before too. */
  async #answered(answer: Promise<string | null>): Promise<string | null> {
    const passphrase = await answer;
    if (passphrase !== null) {
      for (const { instance } of this.#members.values()) {
        if (instance.error?.code === 'PASSPHRASE_NEEDED') instance.retry();
      }
    }
    return passphrase;
  }

  #forgetGone(): void {
    for (const [key, member] of this.#members) {
      if (member.instance.state !== 'gone') {
        member.goneAt = null;
        continue;
      }
      member.goneAt ??= Date.now();
      if (Date.now() - member.goneAt < GONE_MS) continue;
      member.instance.close();
      this.#members.delete(key);
      this.#changed();
    }
  }
}

/** A name that lasts is the same instance in its next life; one without is its socket. */
function localKey({ key, place, info }: FleetInstance): string {
  return info && isNamed(info) && place.name === info.instance
    ? `local:${info.service}/${info.instance}`
    : key;
}

async function inodeOf(socket: string): Promise<string> {
  return stat(socket).then(
    ({ ino }) => `${socket} ${ino}`,
    () => socket,
  );
}
