import { close, fdatasync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type AuditFile, parseAuditFile } from '../../../protocol/audit.ts';
import { OwnDescriptor } from '../../own-descriptor.ts';
import { makePrivateFolders } from '../private-folder.ts';

/** Begins with the time, so that names sort by age; holds the pid of the one process that writes to it. */
const NAME = /^\d{15}-(\d+)-[\da-f]+\.jsonl$/;

/** Where the audit of one instance is kept: a folder, a file for each process that was asked for an act. */
export class AuditFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Oldest first. What is no file of the log is left out. */
  names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => NAME.test(name))
        .sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  read(): AuditFile[] {
    return this.names().map((name) =>
      parseAuditFile(name, readFileSync(path.join(this.folder, name), 'utf8')),
    );
  }

  /** A new file of this process's own. Throws where there is no place to write. */
  create(at: number, pid: number, mark: string): AuditFileWriter {
    makePrivateFolders(this.folder);
    const name = `${String(at).padStart(15, '0')}-${pid}-${mark}.jsonl`;
    return new AuditFileWriter(path.join(this.folder, name));
  }

  bytes(name: string): number {
    return statSync(path.join(this.folder, name)).size;
  }

  remove(name: string): void {
    rmSync(path.join(this.folder, name), { force: true });
  }
}

/** False while another process that writes to the file still runs (or its pid is another's by now). */
export function isFinished(name: string): boolean {
  const pid = Number(NAME.exec(name)![1]);
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** One file, written to at its end only, a whole line at a time. */
export class AuditFileWriter {
  readonly name: string;
  bytes = 0;
  readonly #descriptor: OwnDescriptor;
  #isSyncing = false;

  /** Throws where the file cannot be made, or is there already. */
  constructor(file: string) {
    this.name = path.basename(file);
    this.#descriptor = new OwnDescriptor(openSync(file, 'ax', 0o600));
  }

  /** Throws when the disk is full; what was written of the line then stays, torn. */
  append(line: string): void {
    const bytes = Buffer.from(line);
    this.#descriptor.write(bytes, null);
    this.bytes += bytes.length;
    this.#sync();
  }

  /** What the page cache holds outlives the process, not the machine: the disk follows soon, one at a time. */
  #sync(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    const before = this.bytes;
    fdatasync(this.#descriptor.fd, () => {
      this.#isSyncing = false;
      if (this.bytes > before) this.#sync();
    });
  }

  close(): void {
    // Once the disk has it, or cannot: either way nothing more is written here.
    const { fd } = this.#descriptor;
    fdatasync(fd, () => {
      if (this.#descriptor.isOurs) close(fd, () => {});
    });
  }
}
