import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { PerchError } from '../../protocol/errors.ts';
import { parseAddress } from '../address.ts';
import { nearest } from '../nearest.ts';
import { expandPath } from '../paths.ts';
import type { Address } from '../session.ts';
import { isFingerprint } from '../ssh/fingerprint.ts';
import { splitWords, type Way } from '../via/way.ts';
import { COLOURS, isColour, type Wear, wearOf } from './wear.ts';

/** What the inventory file says (docs/cli.md). Paths are absolute. */
export interface Inventory {
  file: string;
  environments: InventoryEnvironment[];
}

export interface InventoryEnvironment {
  name: string;
  /** A WireGuard `.conf`; null: reached without a tunnel. */
  tunnel: string | null;
  /** The private key to log in with; null: the person's own. */
  identity: string | null;
  /** Absent: it is told by its name alone. */
  wears?: Wear;
  services: InventoryService[];
}

export interface InventoryService {
  name: string;
  /** `SHA256:…`, pinned for every instance of the service; null: known_hosts decides. */
  hostKey: string | null;
  instances: InventoryInstance[];
}

export interface InventoryInstance {
  name: string;
  region: string;
  address: Address;
}

/** Reads the file; null when there is none. Throws BAD_INVENTORY with line and column. */
export async function readInventory(file: string): Promise<Inventory | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new PerchError(
      'BAD_INVENTORY',
      `Cannot read ${file}: ${(cause as Error).message}`,
      { file },
      cause,
    );
  }
  return parseInventory(text, file);
}

/** The inventory in `text`; `file` is for messages, and for paths that are relative to it. */
export function parseInventory(text: string, file: string): Inventory {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fail: Fail = (node, at, words, offset = node?.range?.[0] ?? 0) => {
    const { line, col } = lines.linePos(offset);
    const place = at === '' ? '' : ` ${at}:`;
    throw new PerchError('BAD_INVENTORY', `${file}:${line}:${col}:${place} ${words}`, {
      file,
      line,
      column: col,
      at,
    });
  };
  const broken = document.errors[0];
  if (broken) fail(null, '', broken.message, broken.pos[0]);
  const walk = new Walk(fail, (node) => (isAlias(node) ? (node.resolve(document) ?? null) : node));
  if (document.contents === null) return { file, environments: [] };
  const folder = path.dirname(path.resolve(file));
  const top = walk.map(document.contents, '', ['environments']);
  const environments = [...walk.entries(top.get('environments') ?? null, 'environments')].map(
    ([name, node]) => readEnvironment(walk, name, node, `environments.${name}`, folder),
  );
  return { file, environments };
}

function readEnvironment(walk: Walk, name: string, node: Node | null, at: string, folder: string) {
  const map = walk.map(node, at, ['tunnel', 'identity', 'production', 'colour', 'services']);
  const pathAt = (key: string) => {
    const value = map.get(key);
    return value === undefined ? null : expandPath(walk.text(value, `${at}.${key}`), folder);
  };
  const taken = new Set<string>();
  const services = [...walk.entries(map.get('services') ?? null, `${at}.services`)].map(([service, inner]) =>
    readService(walk, service, inner, `${at}.services.${service}`, taken),
  );
  const wears = readWear(walk, map, at);
  return { name, tunnel: pathAt('tunnel'), identity: pathAt('identity'), ...(wears && { wears }), services };
}

function readWear(walk: Walk, map: Map<string, Node>, at: string): Wear | null {
  const production = map.get('production');
  const node = map.get('colour');
  const colour = node === undefined ? null : walk.text(node, `${at}.colour`);
  if (colour !== null && !isColour(colour)) {
    walk.fail(node!, `${at}.colour`, `expected ${COLOURS.join(', ')}; other colours mean something here`);
  }
  return wearOf(production !== undefined && walk.flag(production, `${at}.production`), colour);
}

function readService(
  walk: Walk,
  name: string,
  node: Node | null,
  at: string,
  taken: Set<string>,
): InventoryService {
  const map = walk.map(node, at, ['hostKey', 'instances']);
  const hostKeyNode = map.get('hostKey');
  const hostKey = hostKeyNode === undefined ? null : walk.text(hostKeyNode, `${at}.hostKey`);
  if (hostKey !== null && !isFingerprint(hostKey)) {
    walk.fail(
      hostKeyNode!,
      `${at}.hostKey`,
      'expected SHA256: and 43 characters, as `ssh-keygen -l` prints it',
    );
  }
  const instances = walk
    .items(map.get('instances') ?? null, `${at}.instances`)
    .map((item, index) => readInstance(walk, item, `${at}.instances[${index}]`, taken));
  return { name, hostKey, instances };
}

function readInstance(walk: Walk, node: Node | null, at: string, taken: Set<string>): InventoryInstance {
  const map = walk.map(node, at, ['name', 'region', 'address', 'via'], ['name']);
  const name = walk.text(map.get('name')!, `${at}.name`);
  if (taken.has(name))
    walk.fail(map.get('name')!, `${at}.name`, `"${name}" is there twice in this environment`);
  taken.add(name);
  const regionNode = map.get('region');
  return {
    name,
    region: regionNode === undefined ? '' : walk.text(regionNode, `${at}.region`),
    address: readAddress(walk, node, map, at),
  };
}

function readAddress(walk: Walk, node: Node | null, map: Map<string, Node>, at: string): Address {
  const addressNode = map.get('address');
  const viaNode = map.get('via');
  if (!addressNode && !viaNode)
    walk.fail(node, at, 'address is missing, or via with a command that leads there');
  const to = addressNode ? parseAddress(walk.text(addressNode, `${at}.address`)) : null;
  if (addressNode && !to) {
    walk.fail(addressNode, `${at}.address`, 'expected host:port, "[v6]:port" or unix:/path');
  }
  return viaNode ? { kind: 'command', way: readWay(walk, viaNode, `${at}.via`), to } : to!;
}

/** A line, or its words as a list with the variables that the command is to be given. */
function readWay(walk: Walk, node: Node, at: string): Way {
  const isLine = walk.isScalar(node);
  const map = isLine ? null : walk.map(node, at, ['command', 'env'], ['command']);
  const texts = (key: string) =>
    walk
      .items(map?.get(key) ?? null, `${at}.${key}`)
      .map((item, index) => walk.text(item, `${at}.${key}[${index}]`));
  const argv = isLine ? splitWords(walk.text(node, at)) : texts('command');
  if (typeof argv === 'string') walk.fail(node, at, argv);
  const program = argv[0];
  if (program === undefined) walk.fail(node, at, 'expected a command that leads to the agent');
  if (argv.some((word) => word.includes('\0')))
    walk.fail(node, at, 'a word with a NUL cannot be handed over');
  if (program.includes('/') && !/^(?:~?\/)/.test(program)) {
    walk.fail(node, at, `"${program}" would be looked for wherever Perch is run; begin it with / or ~/`);
  }
  const env = texts('env');
  const wrong = env.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (wrong !== undefined) {
    walk.fail(map!.get('env')!, `${at}.env`, `"${wrong}" names no variable; values are never written here`);
  }
  return { argv: [program.startsWith('~/') ? expandPath(program, '/') : program, ...argv.slice(1)], env };
}

type Fail = (node: Node | null, at: string, words: string, offset?: number) => never;

/** Reads YAML's nodes, so that every complaint can name line and column. */
class Walk {
  readonly fail: Fail;
  readonly #resolve: (node: Node | null) => Node | null;

  constructor(fail: Fail, resolve: (node: Node | null) => Node | null) {
    this.fail = fail;
    this.#resolve = resolve;
  }

  /** A map with no other keys than `known`, and all of `required`. */
  map(
    node: Node | null,
    at: string,
    known: readonly string[],
    required: readonly string[] = [],
  ): Map<string, Node> {
    const found = new Map<string, Node>();
    for (const [key, value, keyNode] of this.#pairs(node, at)) {
      if (!known.includes(key)) {
        const near = nearest(key, known, 1)[0];
        const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
        this.fail(keyNode, at, `unknown key "${key}"; ${hint}`);
      }
      if (value !== null) found.set(key, value);
    }
    for (const key of required) if (!found.has(key)) this.fail(node, at, `${key} is missing`);
    return found;
  }

  /** A map with any names for keys. */
  *entries(node: Node | null, at: string): Iterable<[string, Node | null]> {
    if (node === null) return;
    for (const [key, value] of this.#pairs(node, at)) yield [key, value];
  }

  items(node: Node | null, at: string): (Node | null)[] {
    const list = this.#resolve(node);
    if (list === null || (isScalar(list) && list.value === null)) return [];
    if (!isSeq(list)) this.fail(node, at, 'expected a list (lines that begin with "-")');
    return list.items as Node[];
  }

  isScalar(node: Node): boolean {
    return isScalar(this.#resolve(node));
  }

  text(node: Node | null, at: string): string {
    const scalar = this.#resolve(node);
    if (!isScalar(scalar) || (typeof scalar.value !== 'string' && typeof scalar.value !== 'number')) {
      this.fail(node, at, 'expected a text');
    }
    // As it was written: 1.10 is a name, not 1.1.
    const text = typeof scalar.value === 'number' ? (scalar.source ?? String(scalar.value)) : scalar.value;
    if (text.trim() === '') this.fail(node, at, 'expected a text, this is empty');
    return text;
  }

  flag(node: Node, at: string): boolean {
    const scalar = this.#resolve(node);
    if (!isScalar(scalar) || typeof scalar.value !== 'boolean') this.fail(node, at, 'expected true or false');
    return scalar.value;
  }

  #pairs(node: Node | null, at: string): [string, Node | null, Node][] {
    const map = this.#resolve(node);
    if (map === null || (isScalar(map) && map.value === null)) return [];
    if (!isMap(map)) this.fail(node, at, 'expected keys with values ("name: value")');
    return map.items.map(({ key, value }) => {
      if (!isScalar(key) || (typeof key.value !== 'string' && typeof key.value !== 'number')) {
        this.fail(key as Node, at, 'expected a name before the colon');
      }
      const inner = value as Node | null;
      const isEmpty = inner === null || (isScalar(inner) && inner.value === null);
      return [String(key.source ?? key.value), isEmpty ? null : inner, key as Node];
    });
  }
}
