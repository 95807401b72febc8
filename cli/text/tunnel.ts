import type { ConfWarning } from '../../client/wireguard/profile.ts';
import type { TunnelState } from '../../client/wireguard/state.ts';
import type { PeerStatus, TunnelStatus } from '../../client/wireguard/status.ts';
import { bytes } from './figures.ts';
import type { Paint } from './paint.ts';
import { list } from './table.ts';

/** A tunnel's status in lines for a person: the words first, then what they rest on. */
export function tunnelText(status: TunnelStatus, paint: Paint): string {
  const { words, state, peers } = status;
  const lines = [painted(state, paint)(words)];
  // The words of the worst peer lead already; those of the others follow.
  for (const peer of peers)
    if (state !== 'off' && peer.words !== words) lines.push(painted(peer.state, paint)(peer.words));
  const ours = status.isOurs ? '' : ' (not brought up by Perch)';
  const rows: [string, string | null][] = [
    ['interface', status.interface && `${status.interface}${ours}`],
    ['addresses', status.addresses.join(', ')],
    ['public key', status.publicKey],
    ['dns', status.dns.length === 0 ? null : `${status.dns.join(', ')} (shown only)`],
    ...peers.map((peer): [string, string] => ['peer', peerText(peer)]),
    [
      'unknown',
      status.unknown.length === 0 ? null : `${status.unknown.join(', ')} (only root may read them)`,
    ],
  ];
  lines.push('', ...list(paint, rows));
  return lines.join('\n');
}

function peerText({ name, endpoint, allowedIps, rxBytes, txBytes }: PeerStatus): string {
  const traffic =
    rxBytes === null || txBytes === null ? '' : `, received ${bytes(rxBytes)}, sent ${bytes(txBytes)}`;
  return `${name} at ${endpoint}, ${allowedIps.join(' ')}${traffic}`;
}

/** `fly.conf:4: DNS is not set …`. */
export function warningText(file: string, { line, words }: ConfWarning): string {
  return `${file}${line === null ? '' : `:${line}`}: ${words}`;
}

function painted(state: TunnelState, paint: Paint): (text: string) => string {
  switch (state) {
    case 'up':
    case 'idle':
      return paint.strong;
    case 'connecting':
    case 'unknown':
      return paint.caution;
    default:
      return paint.trouble;
  }
}
