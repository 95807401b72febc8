import { pause, systemClock } from '../client/clock.ts';
import type { Inventory } from '../client/fleet/inventory.ts';
import { readTunnel } from '../client/wireguard/tunnel.ts';
import { watchTunnel } from '../client/wireguard/watch.ts';
import { asPerchError } from '../protocol/errors.ts';
import type { TunnelView } from './ipc.ts';
import { brokenTunnelView, tunnelView } from './views.ts';

/** After a watch that failed. */
const AGAIN_MS = 3000;

/** Watches the tunnel of every environment that has one. The instances' own sessions show whether agents answer. */
export class Tunnels {
  readonly #views = new Map<string, TunnelView>();
  readonly #changed: () => void;
  #stop = new AbortController();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Watches these and no others. */
  follow(inventory: Inventory | null): void {
    this.close();
    this.#stop = new AbortController();
    this.#views.clear();
    for (const environment of inventory?.environments ?? []) {
      if (environment.tunnel !== null) void this.#watch(environment, this.#stop.signal);
    }
  }

  view(environment: string): TunnelView | null {
    return this.#views.get(environment) ?? null;
  }

  close(): void {
    this.#stop.abort();
  }

  async #watch(environment: Inventory['environments'][number], signal: AbortSignal): Promise<void> {
    const show = (view: TunnelView) => {
      if (signal.aborted) return;
      this.#views.set(environment.name, view);
      this.#changed();
    };
    while (!signal.aborted) {
      try {
        const tunnel = await readTunnel(environment);
        for await (const { status } of watchTunnel(tunnel, { probes: false, signal })) {
          show(tunnelView(status));
        }
      } catch (thrown) {
        show(brokenTunnelView(asPerchError(thrown)));
      }
      // Somebody may mend the file, or install what is missing.
      await pause(systemClock, AGAIN_MS, signal);
    }
  }
}
