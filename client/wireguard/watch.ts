import { setTimeout as delay } from 'node:timers/promises';
import { interfaceWith } from './interface.ts';
import { Prober, type ProbeTarget } from './probe.ts';
import type { ProfilePeer } from './profile.ts';
import { behind } from './reach.ts';
import { look, readingOf, type Sight } from './sight.ts';
import { type Evidence, peerState, type Reading, type Verdict } from './state.ts';
import { statusOf, type TunnelStatus } from './status.ts';
import type { Tunnel } from './tunnel.ts';

/** How the tunnel is: watched until looking on would not change it, for at most `timeoutMs`. */
export async function tunnelStatus(
  tunnel: Tunnel,
  { timeoutMs = 12_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<TunnelStatus> {
  const until = Date.now() + timeoutMs;
  for await (const { status, isSettled } of watchTunnel(tunnel, { everyMs: 250, signal })) {
    if (isSettled || Date.now() >= until || signal?.aborted) return status;
  }
  throw new Error('a watch of a tunnel never ends by itself');
}

export interface WatchOptions {
  /** Between two looks. */
  readonly everyMs?: number;
  /** Connect to the environment's agents to find out whether they answer; default true. Off where sessions do. */
  readonly probes?: boolean;
  readonly signal?: AbortSignal;
}

/** Looks at the tunnel again and again, until its reader stops or the signal aborts. As root it sees more. */
export async function* watchTunnel(
  tunnel: Tunnel,
  { everyMs = 1000, probes = true, signal }: WatchOptions = {},
): AsyncGenerator<{ status: TunnelStatus; isSettled: boolean }> {
  const peers = tunnel.profile.peers.map((peer) => new WatchedPeer(tunnel, peer));
  const prober = new Prober(probes ? peers.flatMap((peer) => peer.targets) : []);
  try {
    for (;;) {
      const name = interfaceWith(tunnel.profile.addresses);
      const sight = name === null ? null : await look(name, peers.length);
      if (name !== null) prober.ask();
      const verdicts = peers.map((peer) => peer.verdict(name !== null, sight, prober));
      yield {
        status: statusOf(tunnel, name, sight, peers, verdicts),
        isSettled: verdicts.every((one) => one.isSettled),
      };
      if (signal?.aborted) return;
      await delay(everyMs, undefined, signal ? { signal } : {}).catch(() => {});
    }
  } finally {
    prober.stop();
  }
}

/** A peer with what was seen of it so far. */
class WatchedPeer {
  readonly profile: ProfilePeer;
  readonly name: string;
  readonly targets: readonly ProbeTarget[];
  #readings: Reading[] = [];

  constructor(tunnel: Tunnel, profile: ProfilePeer) {
    this.profile = profile;
    const { targets, regions } = behind(tunnel, profile);
    this.targets = targets;
    this.name = regions.length > 0 ? regions.join(', ') : profile.endpoint.host;
  }

  get latest(): Reading | null {
    return this.#readings.at(-1) ?? null;
  }

  verdict(isUp: boolean, sight: Sight | null, prober: Prober): Verdict {
    const reading = sight && readingOf(this.profile, sight);
    if (!isUp) this.#readings = [];
    // A counter that went back: the interface was made anew, what was seen before is of another one.
    if (reading && (this.latest?.txBytes ?? 0) > reading.txBytes) this.#readings = [];
    if (reading) this.#readings = [...this.#readings.slice(-MAX_READINGS), reading];
    const evidence: Evidence = {
      nowMs: Date.now(),
      isUp,
      readings: this.#readings,
      keepaliveS: this.profile.keepaliveS,
      probes: prober.of(this.targets),
    };
    return peerState(evidence);
  }
}

/** Five minutes of one look a second: longer than a session lives without a handshake. */
const MAX_READINGS = 300;
