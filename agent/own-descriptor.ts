import { fstatSync, writeSync } from 'node:fs';

/**
 * A file that the agent holds open in somebody else's process. Should the service close descriptors that it does not
 * know, the number is soon another file's: nothing is written to one that is not the file that was opened.
 */
export class OwnDescriptor {
  readonly fd: number;
  readonly #device: bigint;
  readonly #inode: bigint;

  constructor(fd: number) {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    this.fd = fd;
    this.#device = dev;
    this.#inode = ino;
  }

  get isOurs(): boolean {
    const { dev, ino } = fstatSync(this.fd, { bigint: true });
    return dev === this.#device && ino === this.#inode;
  }

  /** At `at`, or (null) where the file goes on. Throws where not all of it could be written. */
  write(bytes: Uint8Array, at: number | null): void {
    if (!this.isOurs) throw new Error('the service closed the file');
    const written = writeSync(this.fd, bytes, 0, bytes.length, at);
    if (written < bytes.length) throw new Error(`only ${written} of ${bytes.length} bytes could be written`);
  }
}
