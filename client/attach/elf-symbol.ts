import type { FileHandle } from 'node:fs/promises';

/** Where a symbol stands in a program, and whether that is counted from where the program is loaded. */
export interface ElfSymbol {
  address: number;
  isRelative: boolean;
}

/** Section types and sizes of ELF-64 (elf(5)). */
const SYMTAB = 2;
const SYMBOL_BYTES = 24;
const SECTION_BYTES = 64;
const DYN = 3;
/** More than Node's own tables, which have 40 MB. */
const MAX_TABLE_BYTES = 256 * 1024 * 1024;

/**
 * Looks a symbol up in the program's table of symbols, by the first of its names that is there; null where none is (a stripped
 * program, another format).
 * Reads the two tables, some ten milliseconds for Node.
 */
export async function findSymbol(file: FileHandle, called: readonly string[]): Promise<ElfSymbol | null> {
  const header = await read(file, 0, 64);
  // 64 bits, little-endian.
  if (header.toString('latin1', 0, 4) !== '\x7fELF' || header[4] !== 2 || header[5] !== 1) return null;
  const count = header.readUInt16LE(60);
  const sections = await read(file, Number(header.readBigUInt64LE(40)), count * SECTION_BYTES);
  const section = (index: number) => {
    const at = index * SECTION_BYTES;
    return {
      type: sections.readUInt32LE(at + 4),
      offset: Number(sections.readBigUInt64LE(at + 24)),
      size: Number(sections.readBigUInt64LE(at + 32)),
      link: sections.readUInt32LE(at + 40),
    };
  };
  for (let index = 0; index < count; index++) {
    const symbols = section(index);
    if (symbols.type !== SYMTAB || symbols.link >= count) continue;
    const strings = section(symbols.link);
    if (Math.max(symbols.size, strings.size) > MAX_TABLE_BYTES) return null;
    const names = await read(file, strings.offset, strings.size);
    const place = called.map((name) => names.indexOf(`\0${name}\0`, 0, 'latin1') + 1).find((at) => at > 0);
    if (place === undefined) return null;
    const table = await read(file, symbols.offset, symbols.size);
    for (let at = 0; at + SYMBOL_BYTES <= table.length; at += SYMBOL_BYTES) {
      if (table.readUInt32LE(at) !== place) continue;
      return { address: Number(table.readBigUInt64LE(at + 8)), isRelative: header.readUInt16LE(16) === DYN };
    }
  }
  return null;
}

async function read(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
