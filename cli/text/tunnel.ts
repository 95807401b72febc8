import type { ConfWarning } from '../../client/wireguard/profile.ts';
import type { TunnelState } from '../../client/wireguard/state.ts';
import type { TunnelStatus } from '../../client/wireguard/status.ts';
import type { Paint } from './paint.ts';

/** A tunnel's status in lines for a person: the words first, then what they rest on. */
export function tunnelText(status: TunnelStatus, paint: Paint): string {
  const { words, state, peers } = status;
  const lines = [painted(state, paint)(words)];
  // The words of the worst peer lead already; those of the others follow.
  for (const peer of peers)
    if (state !== 'off' && peer.words !== words) lines.push(painted(peer.state, paint)(peer.words));
  lines.push('');
  if (status.interface !== null) {
    lines.push(`interface   ${status.interface}${status.isOurs ? '' : ' (not brought up by Perch)'}`);
  }
  lines.push(`addresses   ${status.addresses.join(', ')}`, `public key  ${status.publicKey}`);
  if (status.dns.length > 0) lines.push(paint.faint(`dns         ${status.dns.join(', ')} (not used)`));
  for (const peer of peers) {
    lines.push(`peer        ${peer.name}  ${peer.endpoint}  ${peer.allowedIps.join(', ')}`);
    if (peer.rxBytes !== null && peer.txBytes !== null) {
      lines.push(`            received ${bytes(peer.rxBytes)}, sent ${bytes(peer.txBytes)}`);
    }
  }
  if (status.unknown.length > 0) {
    lines.push(
      paint.faint(`Only root may read ${status.unknown.join(' and ')}; the state rests on the rest.`),
    );
  }
  return lines.join('\n');
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

function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}
