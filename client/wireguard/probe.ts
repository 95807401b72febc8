import { connect } from 'node:net';
import type { Probe } from './state.ts';

export interface ProbeTarget {
  readonly place: string;
  readonly host: string;
  readonly port: number;
  /** Our own address inside the tunnel: without a tunnel the connect fails at once, and nothing leaks. */
  readonly localAddress: string;
}

/**
 * Tries again and again to connect to each target, and keeps what came of it. A connection is closed as soon as it
 * stands: that somebody listens is all that is asked.
 */
export class Prober {
  readonly #byTarget: ReadonlyMap<ProbeTarget, Probe[]>;
  readonly #stopped = new AbortController();

  constructor(targets: readonly ProbeTarget[]) {
    this.#byTarget = new Map(targets.map((target) => [target, []]));
  }

  /** Starts a probe of each target that has none under way. */
  ask(): void {
    for (const [target, probes] of this.#byTarget) {
      if (probes.at(-1)?.outcome === 'waiting') continue;
      const { place } = target;
      const startedAtMs = Date.now();
      probes.push({ place, startedAtMs, endedAtMs: null, outcome: 'waiting' });
      if (probes.length > MAX_PROBES) probes.shift();
      void tryConnect(target, this.#stopped.signal).then((outcome) => {
        probes[probes.length - 1] = { place, startedAtMs, endedAtMs: Date.now(), outcome };
      });
    }
  }

  of(targets: readonly ProbeTarget[]): Probe[] {
    return targets.flatMap((target) => this.#byTarget.get(target) ?? []);
  }

  stop(): void {
    this.#stopped.abort();
  }
}

/** Kept of each target: more than are fresh at any time. */
const MAX_PROBES = 64;

/** A round trip, a lost SYN and its repetition after a second fit in. */
const PROBE_MS = 2500;

function tryConnect(target: ProbeTarget, signal: AbortSignal): Promise<Exclude<Probe['outcome'], 'waiting'>> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, localAddress: target.localAddress });
    const end = (outcome: Exclude<Probe['outcome'], 'waiting'>) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = () => end('silent');
    const timer = setTimeout(end, PROBE_MS, 'silent');
    signal.addEventListener('abort', onAbort);
    socket.on('connect', () => end('answered'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') end('refused');
      else if (code === 'EADDRNOTAVAIL') end('no-address');
      else end('silent');
    });
  });
}
