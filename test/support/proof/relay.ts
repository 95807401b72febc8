import net from 'node:net';

/** A way through to a port on this machine that can be cut and stalled: it stands for a tunnel. */
export class Relay {
  readonly #server: net.Server;
  readonly #pairs = new Set<[net.Socket, net.Socket]>();
  #isDown = false;
  #isStalled = false;

  constructor(port: number) {
    this.#server = net.createServer({ noDelay: true }, (near) => this.#join(near, port));
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as net.AddressInfo).port));
    });
  }

  /** Every connection breaks, and none can be made until `mend`. */
  cut(): void {
    this.#isDown = true;
    this.#destroyAll();
  }

  /** Nothing passes any more, and nobody is told, until `mend`. */
  stall(): void {
    this.#isStalled = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  mend(): void {
    this.#isDown = false;
    this.#isStalled = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  close(): void {
    this.#server.close();
    this.#destroyAll();
  }

  #destroyAll(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  #join(near: net.Socket, port: number): void {
    near.on('error', () => near.destroy());
    if (this.#isDown) return void near.destroy();
    const far = net.connect({ host: '127.0.0.1', port, noDelay: true });
    const pair: [net.Socket, net.Socket] = [near, far];
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('error', () => from.destroy());
      from.on('data', (chunk) => to.write(chunk));
      from.on('end', () => to.end());
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#isStalled) from.pause();
    }
  }
}
