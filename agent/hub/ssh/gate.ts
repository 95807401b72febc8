import type { Socket } from 'node:net';
import { LIMITS } from '../../../protocol/limits.ts';

/**
 * Connections before their login: few of them, and not for long. ssh2 itself tells of a connection only after
 * the peer's first line, so a peer that sends nothing would otherwise be held forever.
 */
export class Gate {
  readonly #halfOpen = new Set<Socket>();

  /** Takes a connection in, and returns what to call once it has logged in; null: it was closed at once. */
  admit(socket: Socket): (() => void) | null {
    if (this.#halfOpen.size >= LIMITS.maxHalfOpen) {
      socket.destroy();
      return null;
    }
    this.#halfOpen.add(socket);
    const timer = setTimeout(() => socket.destroy(), LIMITS.loginMs);
    timer.unref();
    const letThrough = () => {
      clearTimeout(timer);
      this.#halfOpen.delete(socket);
    };
    socket.once('close', letThrough);
    return letThrough;
  }
}
