/**
 * CRC-32 (ISO-HDLC) of some bytes, begun at the checksum `seed` of what came before them. Node's own, looked up when it
 * is needed: a table of our own, made at load, had V8 optimise its loop, and that took 3 MB of the service.
 */
export function crc32(bytes: Uint8Array, seed: number): number {
  return process.getBuiltinModule('node:zlib').crc32(bytes, seed);
}
