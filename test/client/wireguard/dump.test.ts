import { expect, it } from 'vitest';
import { parseDump } from '../../../client/wireguard/dump.ts';
import { key, OWN_KEY, PEER_KEY } from '../../support/wireguard-conf.ts';

const DUMP = [
  [OWN_KEY, key(9), '51820', 'off'],
  [PEER_KEY, key(3), '203.0.113.9:51820', '10.77.1.0/24,fdaa::/64', '1732400000', '1024', '2048', '25'],
  [key(7), '(none)', '(none)', '(none)', '0', '0', '148', 'off'],
]
  .map((fields) => fields.join('\t'))
  .join('\n');

it('reads device and peers, in the order they come', () => {
  expect(parseDump(`${DUMP}\n`)).toEqual({
    publicKey: key(9),
    peers: [
      {
        publicKey: PEER_KEY,
        endpoint: '203.0.113.9:51820',
        allowedIps: ['10.77.1.0/24', 'fdaa::/64'],
        handshakeAtMs: 1_732_400_000_000,
        rxBytes: 1024,
        txBytes: 2048,
        keepaliveS: 25,
      },
      {
        publicKey: key(7),
        endpoint: null,
        allowedIps: [],
        handshakeAtMs: null,
        rxBytes: 0,
        txBytes: 148,
        keepaliveS: null,
      },
    ],
  });
});

it('drops the private and preshared keys', () => {
  const text = JSON.stringify(parseDump(DUMP));
  expect(text).not.toContain(OWN_KEY);
  expect(text).not.toContain(key(3));
});

it.each(['', 'Unable to access interface', `${DUMP}\nhalf a line`])('"%s" is none', (text) => {
  expect(parseDump(text)).toBeNull();
});
