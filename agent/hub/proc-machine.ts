import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';

/** What a kernel counts in. */
export interface MachineUnits {
  ticksPerS: number;
  pageBytes: number;
}

const USUAL: MachineUnits = { ticksPerS: 100, pageBytes: 4096 };
const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;
const ENTRY_BYTES = 16;

/**
 * Page size and clock ticks of this machine, from the vector that the kernel hands every program (arm64 kernels
 * have pages of 16 or 64 KiB); where it cannot be read, what is usual.
 */
export function machineUnits(proc = '/proc'): MachineUnits {
  let vector: Buffer;
  try {
    vector = readFileSync(`${proc}/self/auxv`);
  } catch {
    return USUAL;
  }
  const word = (at: number) =>
    endianness() === 'LE' ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at);
  const units = { ...USUAL };
  for (let at = 0; at + ENTRY_BYTES <= vector.length; at += ENTRY_BYTES) {
    const value = Number(word(at + 8));
    if (value <= 0) continue;
    if (word(at) === AT_PAGESZ) units.pageBytes = value;
    if (word(at) === AT_CLKTCK) units.ticksPerS = value;
  }
  return units;
}
