import type { WireGuardDump } from './dump.ts';
import { interfaceCounters } from './interface.ts';
import { privileged } from './privileged.ts';
import type { ProfilePeer } from './profile.ts';
import type { Reading } from './state.ts';

/** What could be read of an interface: everything as root, its plain counters otherwise. */
export type Sight =
  | { readonly kind: 'dump'; readonly atMs: number; readonly dump: WireGuardDump }
  | { readonly kind: 'counters'; readonly atMs: number; readonly rxBytes: number; readonly txBytes: number };

export async function look(name: string, peers: number): Promise<Sight | null> {
  if (process.geteuid?.() === 0) {
    const dump = await privileged.status(name).catch(() => null);
    if (dump) return { kind: 'dump', atMs: Date.now(), dump };
  }
  // All peers together: it says something about one only where there is one.
  const counters = peers === 1 ? await interfaceCounters(name) : null;
  return counters && { kind: 'counters', atMs: Date.now(), ...counters };
}

/** What a sight says of one peer; null when the peer is not on that interface. */
export function readingOf(profile: ProfilePeer, sight: Sight): Reading | null {
  const { atMs } = sight;
  if (sight.kind === 'counters') {
    return { atMs, handshakeAtMs: 'unknown', rxBytes: sight.rxBytes, txBytes: sight.txBytes };
  }
  const peer = sight.dump.peers.find((one) => one.publicKey === profile.publicKey);
  return peer
    ? { atMs, handshakeAtMs: peer.handshakeAtMs, rxBytes: peer.rxBytes, txBytes: peer.txBytes }
    : null;
}
