import { describe, expect, it } from 'vitest';
import { canonicalConf } from '../../../client/wireguard/canonical.ts';
import { readConf } from '../../../client/wireguard/conf.ts';
import type { Profile } from '../../../client/wireguard/profile.ts';
import { Secret } from '../../../client/wireguard/secret.ts';
import { conf, key, OWN_KEY, PEER_KEY } from '../../support/wireguard-conf.ts';

const read = (text: string) => readConf(Buffer.from(text), 'fly.conf').profile;

const FULL = conf({
  interface: { DNS: 'fdbb::3, corp.example', MTU: '1380', ListenPort: '51821' },
  peer: { PresharedKey: key(3), Endpoint: 'gateway.example.org:51820' },
});

describe('the text for wg-quick', () => {
  it('holds what the profile holds, addresses for names, and no DNS', () => {
    expect(canonicalConf(read(FULL), ['2001:db8::9'])).toBe(
      [
        '[Interface]',
        `PrivateKey = ${OWN_KEY}`,
        'Address = 10.88.0.2/32, fdbb::2/120',
        'MTU = 1380',
        'ListenPort = 51821',
        '[Peer]',
        `PublicKey = ${PEER_KEY}`,
        `PresharedKey = ${key(3)}`,
        'Endpoint = [2001:db8::9]:51820',
        'AllowedIPs = 10.88.0.0/24, fdbb::/48',
        'PersistentKeepalive = 25',
        '',
      ].join('\n'),
    );
  });

  it('is the same after another round', () => {
    const once = canonicalConf(read(conf()), ['203.0.113.9']);
    expect(canonicalConf(read(once), ['203.0.113.9'])).toBe(once);
  });
});

describe('a profile that did not come from the reader', () => {
  const profile = read(FULL);
  const peer = profile.peers[0]!;
  const evil = 'x\nPostUp = touch /canary';
  const withPeer = (changes: object): Profile => ({ ...profile, peers: [{ ...peer, ...changes }] });

  it.each<[string, Profile, string[]]>([
    [
      'a line end in the endpoint',
      profile,
      [`203.0.113.9:1\nPostUp = touch /canary\nEndpoint = 203.0.113.9`],
    ],
    ['a name as endpoint', profile, ['gateway.example.org']],
    ['no endpoint', profile, []],
    [
      'a line end in a private key',
      { ...profile, privateKey: new Secret(`${OWN_KEY}\n${evil}`) },
      ['1.2.3.4'],
    ],
    ['a line end in a preshared key', withPeer({ presharedKey: new Secret(evil) }), ['1.2.3.4']],
    ['a line end in a public key', withPeer({ publicKey: `${PEER_KEY}\n` }), ['1.2.3.4']],
    ['a text as MTU', { ...profile, mtu: evil as unknown as number }, ['1.2.3.4']],
    ['a low MTU', { ...profile, mtu: 576 }, ['1.2.3.4']],
    ['a text as keepalive', withPeer({ keepaliveS: '25 = 1' as unknown as number }), ['1.2.3.4']],
    [
      'a text as prefix',
      { ...profile, addresses: [{ family: 4, value: 1n, prefix: '8\nTable = 1' as unknown as number }] },
      ['1.2.3.4'],
    ],
    ['no address', { ...profile, addresses: [] }, ['1.2.3.4']],
    ['no peer', { ...profile, peers: [] }, []],
  ])('%s is refused', (_, made, endpoints) => {
    expect(() => canonicalConf(made, endpoints)).toThrow(expect.objectContaining({ code: 'BAD_CONF' }));
  });
});
