import { isIPv4, isIPv6 } from 'node:net';

/** A range of addresses: the numeric network, its prefix length, its family. Equal ranges have equal text. */
export interface Range {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly prefix: number;
}

/** `10.77.0.2`, `fdaa::2/120`: an address with an optional prefix length. Null for anything else, scopes included. */
export function parseRange(text: string): Range | null {
  const match = /^([0-9A-Fa-f:.]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text);
  if (!match) return null;
  const address = parseAddress(match[1]!);
  if (!address) return null;
  const bits = bitsOf(address.family);
  const prefix = match[2] === undefined ? bits : Number(match[2]);
  return prefix <= bits ? { ...address, prefix } : null;
}

export function parseAddress(text: string): { family: 4 | 6; value: bigint } | null {
  if (isIPv4(text)) return { family: 4, value: numberOf(text.split('.').map(Number), 8) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, value: numberOf(groupsOf(text), 16) };
  return null;
}

/** The range with its host bits cleared, as routes and AllowedIPs mean it. */
export function network(range: Range): Range {
  const hostBits = BigInt(bitsOf(range.family) - range.prefix);
  return { ...range, value: (range.value >> hostBits) << hostBits };
}

export function contains(outer: Range, inner: Range): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const hostBits = BigInt(bitsOf(outer.family) - outer.prefix);
  return outer.value >> hostBits === inner.value >> hostBits;
}

export function rangeText(range: Range): string {
  return `${addressText(range)}/${range.prefix}`;
}

/** The address alone, in its one canonical spelling (RFC 5952 for IPv6). */
export function addressText({ family, value }: Pick<Range, 'family' | 'value'>): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return shortenZeros(groups);
}

/** The longest run of two or more zero groups, the first of equals, becomes `::`. */
function shortenZeros(groups: string[]): string {
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === '0') length++;
    if (length > best.length) best = { at, length };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

function groupsOf(text: string): number[] {
  // A dotted tail (`::ffff:10.0.0.1`) stands for the last two groups.
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const hex = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted ? `${dotted[1]}${hex(dotted[2]!, dotted[3]!)}:${hex(dotted[4]!, dotted[5]!)}` : text;
  const [head = '', tail] = plain.split('::');
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = parse(head);
  if (tail === undefined) return left;
  const right = parse(tail);
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function numberOf(parts: number[], bitsEach: number): bigint {
  return parts.reduce((sum, part) => (sum << BigInt(bitsEach)) | BigInt(part), 0n);
}

function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}
