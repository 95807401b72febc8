/** Erlang's external term format, as far as scenarios need it (erl_ext_dist): how terms travel to the BEAM and back. */
export type Term = number | string | boolean | Atom | Tuple | readonly Term[];

/** `atom('ok')` is ok; a string is a binary; an array is a list. */
export class Atom {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Tuple {
  readonly elements: readonly Term[];
  constructor(elements: readonly Term[]) {
    this.elements = elements;
  }
}

export const atom = (name: string): Atom => new Atom(name);
export const tuple = (...elements: Term[]): Tuple => new Tuple(elements);

const VERSION = 131;

export function encode(term: Term): Buffer {
  const parts: Buffer[] = [Buffer.of(VERSION)];
  write(term, parts);
  return Buffer.concat(parts);
}

function write(term: Term, parts: Buffer[]): void {
  if (typeof term === 'boolean') return write(atom(String(term)), parts);
  if (typeof term === 'number') {
    const bytes = Buffer.alloc(5);
    bytes[0] = 98;
    bytes.writeInt32BE(term, 1);
    parts.push(bytes);
  } else if (typeof term === 'string') parts.push(sized(109, Buffer.from(term)), Buffer.from(term));
  else if (term instanceof Atom) parts.push(Buffer.of(119, term.name.length), Buffer.from(term.name));
  else if (term instanceof Tuple) {
    parts.push(Buffer.of(104, term.elements.length));
    for (const each of term.elements) write(each, parts);
  } else {
    if (term.length > 0) parts.push(sized(108, term));
    for (const each of term) write(each, parts);
    parts.push(Buffer.of(106));
  }
}

function sized(tag: number, { length }: { length: number }): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = tag;
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/** Atoms and binaries come back as strings, tuples and lists as arrays. */
export type Answer = number | string | Answer[];

export function decode(bytes: Buffer): Answer {
  let at = 1;
  const text = (length: number): string => {
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const several = (count: number): Answer[] => Array.from({ length: count }, read);
  const u32 = (): number => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  function read(): Answer {
    const tag = bytes[at++];
    switch (tag) {
      case 97:
        return bytes[at++]!;
      case 98:
        return u32() | 0;
      case 100:
        at += 2;
        return text(bytes.readUInt16BE(at - 2));
      case 104:
        return several(bytes[at++]!);
      case 106:
        return [];
      case 107: {
        // A list of small integers is sent as a string.
        at += 2;
        const length = bytes.readUInt16BE(at - 2);
        at += length;
        return [...bytes.subarray(at - length, at)];
      }
      case 108: {
        const list = several(u32());
        at++; // the tail, which is always nil here
        return list;
      }
      case 109:
        return text(u32());
      case 119:
        return text(bytes[at++]!);
      default:
        throw new Error(`no term of tag ${tag} is expected`);
    }
  }
  return read();
}
