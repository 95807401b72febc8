import { rangeText } from './address.ts';
import type { ConfWarning, ProfilePeer } from './profile.ts';
import type { Sight } from './sight.ts';
import { type Reading, type TunnelState, tunnelState, type Verdict } from './state.ts';
import type { Tunnel } from './tunnel.ts';
import { peerWords, tunnelWords } from './words.ts';

/** A tunnel as it is shown; the `tunnel` document of the command line. Holds no secret. */
export interface TunnelStatus {
  readonly env: string;
  readonly state: TunnelState;
  /** What to tell a person, and what they can do. */
  readonly words: string;
  /** The interface that holds the tunnel's addresses; null when it is off. */
  readonly interface: string | null;
  /** Perch made the interface, and may take it down. */
  readonly isOurs: boolean;
  /** This computer's, inside the tunnel. */
  readonly addresses: readonly string[];
  /** This computer's; the other side must know it. */
  readonly publicKey: string;
  /** What the file names; not used on this computer. */
  readonly dns: readonly string[];
  readonly warnings: readonly ConfWarning[];
  /** What only root may read and this process could not. */
  readonly unknown: readonly ('handshakes' | 'counters')[];
  readonly peers: readonly PeerStatus[];
}

export interface PeerStatus {
  /** The regions of the inventory behind it, else its endpoint's host. */
  readonly name: string;
  readonly publicKey: string;
  readonly endpoint: string;
  readonly allowedIps: readonly string[];
  readonly keepaliveS: number | null;
  readonly state: TunnelState;
  readonly words: string;
  /** Null: never, or not known. */
  readonly handshakeAgeMs: number | null;
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
}

/** What is shown of a peer: who it is, what was last read of it, and the verdict. */
interface SeenPeer {
  readonly profile: ProfilePeer;
  readonly name: string;
  readonly latest: Reading | null;
}

export function statusOf(
  tunnel: Tunnel,
  name: string | null,
  sight: Sight | null,
  watched: readonly SeenPeer[],
  verdicts: readonly Verdict[],
): TunnelStatus {
  const { env, profile, warnings } = tunnel;
  const peers = watched.map((peer, index) => showPeer(tunnel, peer, verdicts[index]!));
  const state = tunnelState(peers.map((peer) => peer.state));
  return {
    env,
    state,
    words: tunnelWords(state, env, peers),
    interface: name,
    isOurs: name === tunnel.interfaceName,
    addresses: profile.addresses.map(rangeText),
    publicKey: profile.publicKey,
    dns: profile.dns,
    warnings,
    unknown:
      name === null || sight?.kind === 'dump' ? [] : ['handshakes', ...(sight ? [] : ['counters' as const])],
    peers,
  };
}

function showPeer(tunnel: Tunnel, peer: SeenPeer, verdict: Verdict): PeerStatus {
  const { publicKey, endpoint, allowedIps, keepaliveS } = peer.profile;
  const reading = verdict.state === 'off' ? null : peer.latest;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  const place = `${host}:${endpoint.port}`;
  const handshakeAt = reading?.handshakeAtMs;
  return {
    name: peer.name,
    publicKey,
    endpoint: place,
    allowedIps: allowedIps.map(rangeText),
    keepaliveS,
    state: verdict.state,
    words: peerWords(verdict, {
      env: tunnel.env,
      name: peer.name,
      endpoint: place,
      publicKey: tunnel.profile.publicKey,
    }),
    handshakeAgeMs: typeof handshakeAt === 'number' ? Math.max(0, Date.now() - handshakeAt) : null,
    rxBytes: reading?.rxBytes ?? null,
    txBytes: reading?.txBytes ?? null,
  };
}
