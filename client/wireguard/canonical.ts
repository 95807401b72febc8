import { isIP } from 'node:net';
import { PerchError } from '../../protocol/errors.ts';
import { parseAddress, parseRange, rangeText } from './address.ts';
import { isKey } from './key.ts';
import { CONF_LIMITS, type Profile, type ProfilePeer } from './profile.ts';

/**
 * The one text `wg-quick` gets to see: only known keys, only values of known form, in one order, addresses of
 * endpoints already looked up (`endpoints[i]` is the IP address of `profile.peers[i]`). Every value is checked
 * again here, whoever made the profile: a line that is not of the form expected throws BAD_CONF and is not written.
 */
export function canonicalConf(profile: Profile, endpoints: readonly string[]): string {
  if (profile.addresses.length === 0 || profile.peers.length === 0) throw refused('no address or no peer');
  const lines = [
    '[Interface]',
    `PrivateKey = ${profile.privateKey.reveal()}`,
    `Address = ${profile.addresses.map(rangeText).join(', ')}`,
    ...(profile.mtu === null ? [] : [`MTU = ${profile.mtu}`]),
    ...(profile.listenPort === null ? [] : [`ListenPort = ${profile.listenPort}`]),
    ...profile.peers.flatMap((peer, index) => peerLines(peer, endpoints[index] ?? '')),
  ];
  for (const line of lines) {
    const [key, ...rest] = line.split(' = ');
    if (FORMS.get(key!)?.(rest.join(' = ')) !== true) throw refused('a line that is not of its form');
  }
  return `${lines.join('\n')}\n`;
}

/** What `wg-quick down` needs to know: nothing. The profile may have changed or gone since the tunnel came up. */
export const DOWN_CONF = '[Interface]\n';

function peerLines(peer: ProfilePeer, address: string): string[] {
  const host = isIP(address) === 6 ? `[${address}]` : address;
  return [
    '[Peer]',
    `PublicKey = ${peer.publicKey}`,
    ...(peer.presharedKey ? [`PresharedKey = ${peer.presharedKey.reveal()}`] : []),
    `Endpoint = ${host}:${peer.endpoint.port}`,
    `AllowedIPs = ${peer.allowedIps.map(rangeText).join(', ')}`,
    ...(peer.keepaliveS === null ? [] : [`PersistentKeepalive = ${peer.keepaliveS}`]),
  ];
}

const isSection = (value: string) => value === '';
const isRanges = (value: string) => value.split(', ').every((part) => parseRange(part) !== null);
const isNumber = (min: number, max: number) => (value: string) =>
  /^\d{1,5}$/.test(value) && Number(value) >= min && Number(value) <= max;

/** The whole vocabulary. A line whose part before ` = ` is not in it is never written. */
const FORMS = new Map<string, (value: string) => boolean>([
  ['[Interface]', isSection],
  ['[Peer]', isSection],
  ['PrivateKey', isKey],
  ['PublicKey', isKey],
  ['PresharedKey', isKey],
  ['Address', isRanges],
  ['AllowedIPs', isRanges],
  ['MTU', isNumber(CONF_LIMITS.minMtu, CONF_LIMITS.maxMtu)],
  ['ListenPort', isNumber(0, 65535)],
  ['PersistentKeepalive', isNumber(0, 65535)],
  ['Endpoint', isEndpoint],
]);

function isEndpoint(value: string): boolean {
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(value);
  const address = parseAddress(match?.[1] ?? match?.[2] ?? '');
  return address !== null && Number(match?.[3]) >= 1 && Number(match?.[3]) <= 65535;
}

function refused(why: string): PerchError {
  return new PerchError('BAD_CONF', `The tunnel's profile was refused before wg-quick saw it: ${why}`, {
    why,
  });
}
