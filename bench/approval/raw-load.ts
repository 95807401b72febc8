import { once } from 'node:events';
import net from 'node:net';
import { percentile } from '../stats.ts';
import { threadCpuMs } from './thread-cpu.ts';

const CONNECTIONS = 8;
const REQUEST = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n';

export interface Slice {
  requestsPerSecond: number;
  /** How many the service's main thread would answer were it given a core of its own: by the time that it ran. */
  requestsPerCpuSecond: number;
  p99Ms: number;
}

/**
 * Asks over a few connections as fast as it is answered. It reads no more of an answer than its length, which is always the
 * same, so that the service is what is slow and not who asks.
 */
export class RawLoad {
  readonly #sockets: net.Socket[];
  readonly #answerBytes: number;

  readonly #pid: number;

  private constructor(pid: number, sockets: net.Socket[], answerBytes: number) {
    this.#pid = pid;
    this.#sockets = sockets;
    this.#answerBytes = answerBytes;
  }

  static async open({ port, pid }: { port: number; pid: number }): Promise<RawLoad> {
    const sockets = await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
        await once(socket, 'connect');
        return socket;
      }),
    );
    return new RawLoad(pid, sockets, await answerBytes(sockets[0]!));
  }

  async slice(durationMs: number): Promise<Slice> {
    const latencies: number[] = [];
    const until = performance.now() + durationMs;
    const from = performance.now();
    const ranMs = threadCpuMs(this.#pid, this.#pid);
    await Promise.all(this.#sockets.map((socket) => this.#ask(socket, until, latencies)));
    const seconds = (performance.now() - from) / 1000;
    const cpuSeconds = (threadCpuMs(this.#pid, this.#pid) - ranMs) / 1000;
    return {
      requestsPerSecond: latencies.length / seconds,
      requestsPerCpuSecond: latencies.length / cpuSeconds,
      p99Ms: percentile(latencies, 99),
    };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #ask(socket: net.Socket, until: number, latencies: number[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = this.#answerBytes;
      let askedAt = performance.now();
      const onData = (chunk: Buffer): void => {
        left -= chunk.length;
        if (left > 0) return;
        const now = performance.now();
        latencies.push(now - askedAt);
        if (left < 0) return reject(new Error('an answer was longer than the first one'));
        if (now >= until) {
          socket.off('data', onData).off('close', onClose);
          return resolve();
        }
        left = this.#answerBytes;
        askedAt = now;
        socket.write(REQUEST);
      };
      const onClose = () => reject(new Error('the service hung up'));
      socket.on('data', onData).once('close', onClose);
      socket.write(REQUEST);
    });
  }
}

/** The whole length of one answer, head and body. */
async function answerBytes(socket: net.Socket): Promise<number> {
  socket.write(REQUEST);
  let bytes = Buffer.alloc(0);
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, chunk]);
    const head = bytes.indexOf('\r\n\r\n');
    if (head < 0) continue;
    const body = Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1]);
    if (!Number.isInteger(body)) throw new Error('an answer without a length');
    if (bytes.length >= head + 4 + body) return head + 4 + body;
  }
}
