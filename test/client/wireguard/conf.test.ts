import { describe, expect, it } from 'vitest';
import { rangeText } from '../../../client/wireguard/address.ts';
import { readConf } from '../../../client/wireguard/conf.ts';
import type { ConfProblem } from '../../../client/wireguard/conf-lines.ts';
import { publicKeyOf } from '../../../client/wireguard/key.ts';
import { asPerchError } from '../../../protocol/errors.ts';
import { conf, hostileConfs, key, OWN_KEY, PEER_KEY } from '../../support/wireguard-conf.ts';

const read = (text: string | Uint8Array) => readConf(Buffer.from(text as string), 'fly.conf');

function refusal(text: string | Uint8Array) {
  try {
    read(text);
  } catch (error) {
    return asPerchError(error);
  }
  throw new Error('it was read');
}

describe('a .conf', () => {
  it('of Fly is read, its DNS shown, and nothing warned but that', () => {
    const { profile, warnings } = read(
      [
        '[Interface]',
        `PrivateKey = ${OWN_KEY}`,
        'Address = fdaa:0:18:a7b:d6b:0:a:2/120',
        'DNS = fdaa:0:18::3',
        '',
        '[Peer]',
        `PublicKey = ${PEER_KEY}`,
        'AllowedIPs = fdaa:0:18::/48',
        'Endpoint = iad1.gateway.6pn.dev:51820',
        'PersistentKeepalive = 15',
      ].join('\n'),
    );
    expect(profile.publicKey).toBe(publicKeyOf(OWN_KEY));
    expect(profile.addresses.map(rangeText)).toEqual(['fdaa:0:18:a7b:d6b:0:a:2/120']);
    expect(profile.dns).toEqual(['fdaa:0:18::3']);
    const [peer] = profile.peers;
    expect(peer).toMatchObject({
      publicKey: PEER_KEY,
      presharedKey: null,
      endpoint: { host: 'iad1.gateway.6pn.dev', port: 51820 },
      keepaliveS: 15,
    });
    expect(peer!.allowedIps.map(rangeText)).toEqual(['fdaa:0:18::/48']);
    expect(warnings.map(({ kind, line }) => [kind, line])).toEqual([['dns-not-used', 4]]);
  });

  it('may be written in any case, with comments, tabs, CRLF and a byte order mark at its start', () => {
    const { profile } = read(
      `\ufeff[interface]\r\n\tPRIVATEKEY=${OWN_KEY} # mine\r\nAddress = 10.0.0.2\r\n# [Interface]\r\n[PEER]\r\n` +
        `PublicKey = ${PEER_KEY}\r\nPresharedKey = ${key(3)}\r\nEndpoint = [2001:DB8::1]:1\r\n` +
        'AllowedIPs = 10.0.0.77/24\r\nPersistentKeepalive = off',
    );
    expect(profile.addresses.map(rangeText)).toEqual(['10.0.0.2/32']);
    expect(profile.peers[0]!.endpoint).toEqual({ host: '2001:DB8::1', port: 1 });
    expect(profile.peers[0]!.allowedIps.map(rangeText)).toEqual(['10.0.0.0/24']);
    expect(profile.peers[0]!.keepaliveS).toBeNull();
  });

  it('does not show its keys, however it is printed', () => {
    const { profile } = read(conf({ peer: { PresharedKey: key(3) } }));
    const prints = [
      JSON.stringify(profile, (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
      `${profile.privateKey}`,
    ];
    for (const print of [...prints, String(profile.peers[0]!.presharedKey)]) {
      expect(print).not.toContain(OWN_KEY);
      expect(print).not.toContain(key(3));
    }
  });
});

describe('what is legal but worth a word', () => {
  const warned = (text: string) => read(text).warnings.map(({ kind, line }) => [kind, line]);

  it.each([
    ['0.0.0.0/0', 'all-traffic'],
    ['::/0', 'all-traffic'],
    ['128.0.0.0/1', 'all-traffic'],
    ['10.0.0.0/7', 'wide'],
    ['fd00::/15', 'wide'],
  ])('%s: %s', (range, kind) => {
    expect(warned(conf({ peer: { AllowedIPs: range } }))).toEqual([[kind, 7]]);
  });

  it.each(['10.0.0.0/8', 'fd00::/16'])('%s is not wide', (range) => {
    expect(warned(conf({ peer: { AllowedIPs: range } }))).toEqual([]);
  });

  it('a peer without keepalive', () => {
    expect(warned(conf({ peer: { PersistentKeepalive: false } }))).toEqual([['no-keepalive', 5]]);
  });

  it('ranges inside each other', () => {
    const second = `[Peer]\nPublicKey = ${key(4)}\nEndpoint = b:2\nAllowedIPs = 10.88.0.5/32\nPersistentKeepalive = 25\n`;
    expect(warned(conf() + second)).toEqual([['nested', 13]]);
  });
});

describe('a refused .conf', () => {
  it.each([
    ['no section', 'PrivateKey = x', 1, 'before any section'],
    ['no [Interface]', conf().split('\n\n')[1]!, null, 'has no [Interface]'],
    ['no [Peer]', conf().split('\n\n')[0]!, null, 'has no [Peer]'],
    ['an unknown section', `${conf()}[Extra]\nKey = 1\n`, 10, 'there are [Interface] and [Peer]'],
    [
      'an unknown key',
      conf({ interface: { Adress: '10.0.0.1' } }),
      4,
      '"Adress" is not known in [Interface]',
    ],
    [
      'a key of the other section',
      conf({ peer: { ListenPort: '1' } }),
      10,
      '"ListenPort" is not known in [Peer]',
    ],
    ['SaveConfig', conf({ interface: { SaveConfig: 'true' } }), 4, 'rewrite the file'],
    ['Table', conf({ interface: { Table: 'off' } }), 4, 'how all traffic is routed'],
    ['FwMark', conf({ interface: { FwMark: '0x1' } }), 4, 'how all traffic is routed'],
    ['a key twice', conf().replace('\n\n', `\nAddress = 10.0.0.3\n\n`), 4, 'stands in line 3 already'],
    ['a second [Interface]', `${conf()}[Interface]\n`, 10, 'second [Interface]'],
    ['a line of no form', conf().replace('\n\n', '\nhello\n\n'), 4, '`Key = value`'],
    ['a key without value', conf({ interface: { MTU: '' } }), 4, '"MTU" has no value'],
    ['a short key', conf({ interface: { PrivateKey: 'abc=' } }), 2, 'PrivateKey is no WireGuard key'],
    [
      'a key in a second spelling',
      conf({ peer: { PublicKey: `${'A'.repeat(42)}B=` } }),
      6,
      'PublicKey is no',
    ],
    ['no address', conf({ interface: { Address: '10.0.0.2/33' } }), 3, 'Address holds something'],
    ['a scoped address', conf({ interface: { Address: 'fe80::1%eth0/64' } }), 3, 'Address holds something'],
    ['an empty part', conf({ peer: { AllowedIPs: '10.0.0.0/8,,' } }), 7, 'AllowedIPs holds something'],
    ['a low MTU', conf({ interface: { MTU: '1279' } }), 4, 'MTU is not a whole number from 1280 to 9000'],
    [
      'a hexadecimal port',
      conf({ interface: { ListenPort: '0x10' } }),
      4,
      'ListenPort is not a whole number',
    ],
    ['a long keepalive', conf({ peer: { PersistentKeepalive: '65536' } }), 9, 'PersistentKeepalive is not'],
    ['no Endpoint', conf({ peer: { Endpoint: false } }), 5, 'a peer without Endpoint'],
    ['an endpoint without port', conf({ peer: { Endpoint: 'gateway' } }), 8, 'Endpoint is not of the form'],
    ['bare IPv6', conf({ peer: { Endpoint: 'fd00::1:51820' } }), 8, 'Endpoint is not of the form'],
    ['no AllowedIPs', conf({ peer: { AllowedIPs: false } }), 5, 'is a section without AllowedIPs'],
    ['a bad search domain', conf({ interface: { DNS: 'a b' } }), 4, 'DNS holds something'],
    [
      'a peer twice',
      `${conf()}${conf().split('\n\n')[1]!.replace('10.88.0.0/24, fdbb::/48', '10.9.0.0/24')}`,
      10,
      'the same peer as in line 5',
    ],
    [
      'a range twice',
      `${conf()}${conf().split('\n\n')[1]!.replace(PEER_KEY, key(4)).replace('fdbb::/48', 'fdbb:0:0:1::/48')}`,
      12,
      '10.88.0.0/24 is in the AllowedIPs of line 7 too',
    ],
    ['too much of it', `${conf()}${'#'.repeat(64 * 1024)}`, null, 'larger than 64 KiB'],
    ['bytes of no text', Buffer.from([0x5b, 0xff, 0xfe]), null, 'not UTF-8'],
    ['a zero-width space', conf().replace('10.88', '10\u200b.88'), 3, 'U+200B'],
  ])('%s', (_, text, line, words) => {
    const error = refusal(text);
    expect(error.code).toBe('BAD_CONF');
    const [first] = error.facts.problems as ConfProblem[];
    expect(first).toMatchObject({ line, words: expect.stringContaining(words) });
    expect(error.message).toContain(line === null ? 'fly.conf: ' : `fly.conf:${line}: `);
  });

  it('with more than 64 peers', () => {
    const peers = Array.from(
      { length: 65 },
      (_, n) =>
        `[Peer]\nPublicKey = ${key(n + 1)}\nEndpoint = a:1\nAllowedIPs = 10.0.${n}.0/24\nPersistentKeepalive = 25\n`,
    );
    const head = conf().split('\n\n')[0]!;
    expect(read([head, ...peers.slice(1)].join('\n')).profile.peers).toHaveLength(64);
    expect(refusal([head, ...peers].join('\n')).message).toContain('one peer too many');
  });

  it('names every problem, in the order of the file', () => {
    const error = refusal(conf({ interface: { MTU: '1', Foo: '1' }, peer: { Endpoint: 'x' } }));
    expect((error.facts.problems as ConfProblem[]).map(({ line }) => line)).toEqual([4, 5, 10]);
    expect(error.message).toContain('and 2 more');
  });

  it('never repeats what may be a secret in the wrong place', () => {
    for (const text of [
      conf().replace('PrivateKey = ', ''),
      conf({ interface: { PrivateKey: `${OWN_KEY}${OWN_KEY}` } }),
      conf({ interface: { Privatekey: OWN_KEY } }),
      conf({ peer: { Endpoint: OWN_KEY } }),
    ]) {
      expect(JSON.stringify(refusal(text).toDocument())).not.toContain(OWN_KEY.slice(0, 12));
    }
  });
});

describe('a hostile .conf', () => {
  it.each(hostileConfs('/canary').map((one) => [one.name, one] as const))(
    '%s',
    (_, { bytes, code, line }) => {
      const error = refusal(bytes);
      expect(error.code).toBe(code);
      const places = (code === 'BAD_CONF' ? error.facts.problems : error.facts.lines) as {
        line: number | null;
      }[];
      expect(places[0]!.line).toBe(line);
      expect(error.message).toContain(line === null ? 'fly.conf' : String(line));
      expect(JSON.stringify(error.toDocument())).not.toContain('/canary');
    },
  );
});
