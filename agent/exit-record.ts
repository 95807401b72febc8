import { close, constants, open } from 'node:fs';
import { BOX, encodeSlot } from '../protocol/black-box.ts';
import { classOf } from './inspect/state-class.ts';
import { messageOf, stackOf } from './inspect/state-error.ts';
import { isProxy } from './inspect/state-intrinsics.ts';
import { clipped, withoutSecret } from './inspect/state-text.ts';
import { OwnDescriptor } from './own-descriptor.ts';

const MESSAGE_CHARS = 300;
const STACK_CHARS = 1000;

/**
 * What only the main thread learns, written into the black box by it: an uncaught error, and the exit code. Two
 * listeners that decide nothing: `uncaughtExceptionMonitor` leaves what follows as it was, and `exit` writes 50 bytes.
 * Neither runs code of the service or throws into it.
 */
export class ExitRecord {
  #file = '';
  #descriptor: OwnDescriptor | null = null;
  #isStopped = false;

  /** Opens the box for writing, off this thread; a later hub of the same process names the same file. */
  openAt(file: string): void {
    if (this.#file === file) return;
    const isFirst = this.#file === '';
    this.#file = file;
    open(file, constants.O_WRONLY | constants.O_NOFOLLOW, (error, fd) => {
      if (error) return;
      try {
        if (this.#isStopped) return close(fd, () => {});
        const before = this.#descriptor;
        this.#descriptor = new OwnDescriptor(fd);
        if (before?.isOurs) close(before.fd, () => {});
        if (isFirst) this.#listen();
      } catch {
        // Without last words, then.
      }
    });
  }

  /** Writes nothing more: neither a listener nor a descriptor of it is left. */
  stop(): void {
    this.#isStopped = true;
    const descriptor = this.#descriptor;
    if (!descriptor) return;
    this.#descriptor = null;
    process.off('exit', this.#onExit).off('uncaughtExceptionMonitor', this.#onError);
    const most = process.getMaxListeners();
    if (most > 1) process.setMaxListeners(most - 1);
    try {
      if (descriptor.isOurs) close(descriptor.fd, () => {});
    } catch {
      // The service closed it.
    }
  }

  #listen(): void {
    // Node warns on stderr from the eleventh listener on; ours must not make the service's tenth the eleventh.
    const most = process.getMaxListeners();
    if (most > 0) process.setMaxListeners(most + 1);
    process.on('exit', this.#onExit).on('uncaughtExceptionMonitor', this.#onError);
  }

  readonly #onExit = (code: number): void => this.#write({ code, at: Date.now() }, BOX.exit);
  readonly #onError = (error: unknown): void => this.#write(describe(error), BOX.error);

  #write(value: unknown, { at, bytes }: { at: number; bytes: number }): void {
    try {
      const slot = this.#descriptor && encodeSlot(value, 1, bytes);
      if (slot) this.#descriptor!.write(slot, at);
    } catch {
      // The process ends without them.
    }
  }
}

/** What was thrown, as far as it is data. */
function describe(thrown: unknown): { class: string; message: string; stack: string; at: number } {
  const at = Date.now();
  if (typeof thrown !== 'object' || thrown === null) {
    const text = typeof thrown === 'function' || typeof thrown === 'symbol' ? '' : `${thrown}`;
    return { class: typeof thrown, message: shown(text, MESSAGE_CHARS), stack: '', at };
  }
  if (isProxy(thrown)) return { class: 'Proxy', message: '', stack: '', at };
  return {
    class: String(JSON.parse(classOf(thrown).name)),
    message: shown(messageOf(thrown), MESSAGE_CHARS),
    stack: shown(stackOf(thrown), STACK_CHARS),
    at,
  };
}

function shown(text: string, chars: number): string {
  return withoutSecret(clipped(text, chars));
}
