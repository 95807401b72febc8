import type { TunnelState, Verdict } from './state.ts';

/** What the words about one peer need to know. */
export interface PeerFacts {
  readonly env: string;
  /** The regions behind the peer, or its endpoint's host. */
  readonly name: string;
  /** `203.0.113.9:51820`, or with a host name. */
  readonly endpoint: string;
  /** This computer's. */
  readonly publicKey: string;
}

/** One sentence or two for a person: how it is, and what to do about it (docs/wireguard.md, "States"). */
export function peerWords(
  { state, ageMs, place }: Verdict,
  { env, name, endpoint, publicKey }: PeerFacts,
): string {
  switch (state) {
    case 'off':
      return offWords(env);
    case 'connecting':
      return `${name}: waiting for the first handshake with ${endpoint}${since(ageMs)}.`;
    case 'no-handshake':
      return (
        `${name}: no handshake with ${endpoint}. Check: is this computer's public key ${publicKey} registered there? ` +
        'Is the peer’s public key right? The preshared key? Is the UDP port open on the way?'
      );
    case 'up':
      return `${name}: connected${ageMs === null ? '' : `, last handshake ${ago(ageMs)}`}.`;
    case 'idle':
      return ageMs === null
        ? `${name}: idle, nothing was sent yet.`
        : `${name}: idle, last handshake ${ago(ageMs)}. It wakes when something is sent.`;
    case 'stale':
      return (
        `${name} does not answer through the tunnel${ageMs === null ? '' : ` (last packet ${ago(ageMs)})`}. ` +
        `WireGuard keeps trying; is ${endpoint} up, and UDP open on the way?`
      );
    case 'offline':
      return `${name}: no packet leaves this computer. Is it online?`;
    case 'agent-down':
      return `The tunnel is up, but no agent listens at ${place ?? name}.`;
    case 'unknown':
      return `${name}: the tunnel's interface is there; only root may read whether its peer answers.`;
  }
}

/** One sentence for the whole tunnel; the peers' own follow where they differ. */
export function tunnelWords(
  state: TunnelState,
  env: string,
  peers: readonly { state: TunnelState; words: string }[],
) {
  if (state === 'off') return offWords(env);
  if (peers.length === 1 || state !== 'up') return peers.find((peer) => peer.state === state)?.words ?? '';
  return `Connected to all ${peers.length} peers.`;
}

function offWords(env: string): string {
  return `The tunnel on this computer is off. Turn it on with \`perch tunnel up ${env}\`.`;
}

function since(ageMs: number | null): string {
  return ageMs === null ? '' : ` for ${Math.round(ageMs / 1000)} s`;
}

function ago(ageMs: number): string {
  const seconds = Math.round(ageMs / 1000);
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3600)} h ago`;
}
