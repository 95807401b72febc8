import { isIP } from 'node:net';

/** One entry of `from="…"`: a network, or a pattern over the address as text. */
type Entry = { isNegated: boolean } & ({ network: number[]; bits: number } | { pattern: RegExp });
export type AddressList = readonly Entry[];

/**
 * Reads ssh's pattern list for `from` (sshd(8); PATTERNS in ssh_config(5)): addresses, networks in CIDR notation, `*` and
 * `?` over the address as text, `!` before what is kept out. A string is why it is refused. Names of hosts are: the
 * agent asks no DNS, so a name would never match, and one that was to keep somebody out would not.
 */
export function parseAddressList(text: string): AddressList | string {
  const entries: Entry[] = [];
  for (const word of text.split(',').map((each) => each.trim())) {
    const isNegated = word.startsWith('!');
    const entry = parseEntry(isNegated ? word.slice(1) : word);
    if (typeof entry === 'string') return entry;
    entries.push({ isNegated, ...entry });
  }
  return entries;
}

/** True when the address is in the list and nothing keeps it out. An address that is not known is in none. */
export function isFrom(list: AddressList, address: string | undefined): boolean {
  const plain = withoutZone(address ?? '');
  const bytes = bytesOf(plain);
  if (!bytes) return false;
  const text = bytes.length === 4 ? bytes.join('.') : plain.toLowerCase();
  let isIn = false;
  for (const entry of list) {
    if (!matches(entry, bytes, text)) continue;
    if (entry.isNegated) return false;
    isIn = true;
  }
  return isIn;
}

function matches(entry: Entry, bytes: number[], text: string): boolean {
  if ('pattern' in entry) return entry.pattern.test(text);
  return entry.network.length === bytes.length && isSameNetwork(entry.network, bytes, entry.bits);
}

function parseEntry(word: string): { network: number[]; bits: number } | { pattern: RegExp } | string {
  const [address = '', mask, ...more] = word.split('/');
  const network = bytesOf(address);
  if (network) {
    const most = network.length * 8;
    const bits = mask === undefined ? most : /^\d{1,3}$/.test(mask) ? Number(mask) : most + 1;
    if (more.length > 0 || bits > most) return `${word} is no network`;
    const host = network.map((byte, at) => byte & (0xff >> clamp(bits - at * 8)));
    // OpenSSH refuses these too: it is not said which of the two was meant.
    if (host.some((byte) => byte !== 0)) return `${word} has bits behind its mask`;
    return { network, bits };
  }
  if (!/^[\da-f.:*?]+$/i.test(word)) {
    return `${JSON.stringify(word)} is no address, network or pattern of addresses; names of hosts are not looked up`;
  }
  const escaped = word.toLowerCase().replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
  return { pattern: new RegExp(`^${escaped}$`) };
}

function isSameNetwork(network: number[], bytes: number[], bits: number): boolean {
  return network.every((byte, at) => {
    const mask = ~(0xff >> clamp(bits - at * 8)) & 0xff;
    return (byte & mask) === (bytes[at]! & mask);
  });
}

/** How many bits of one byte lie within the mask. */
function clamp(bits: number): number {
  return Math.min(8, Math.max(0, bits));
}

/** 4 or 16 bytes; an IPv4 address that was mapped into IPv6 is itself. Null for what is no address. */
function bytesOf(address: string): number[] | null {
  const kind = isIP(address);
  if (kind === 0 || address.includes('%')) return null;
  if (kind === 4) return address.split('.').map(Number);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const [head = '', tail] = (dotted ? `${dotted[1]}${asGroups(dotted[2]!)}` : address).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  const bytes = groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes.slice(12) : bytes;
}

function asGroups(dotted: string): string {
  const [a, b, c, d] = dotted.split('.').map(Number);
  return `${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`;
}

/** A link-local address comes with the interface that it came in by. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
