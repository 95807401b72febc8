import { closeSync, openSync, readSync } from 'node:fs';
import { nodeCrypto } from './node-crypto.ts';

/**
 * So many random bytes, in hex. From the kernel itself where it has a file for that, since this is called before main's first
 * line: to load `node:crypto` takes milliseconds of it, and many a service never does.
 */
export function randomHex(bytes: number): string {
  return (fromKernel(bytes) ?? nodeCrypto().randomBytes(bytes)).toString('hex');
}

function fromKernel(bytes: number): Buffer | null {
  try {
    const fd = openSync('/dev/urandom', 'r');
    try {
      const random = Buffer.alloc(bytes);
      return readSync(fd, random, 0, bytes, null) === bytes ? random : null;
    } finally {
      closeSync(fd);
    }
  } catch {
    // No such file, or not for us.
    return null;
  }
}
