import { expect, it } from 'vitest';
import { readConf } from '../../../client/wireguard/conf.ts';
import { tunnelAddress } from '../../../client/wireguard/reach.ts';
import { conf } from '../../support/wireguard-conf.ts';

const { profile } = readConf(Buffer.from(conf()), 'fly.conf');

it('connects from the own address of the family, canonical', () => {
  expect(tunnelAddress(profile, '10.88.0.9')).toBe('10.88.0.2');
  expect(tunnelAddress(profile, 'FDBB:0:0:5::9')).toBe('fdbb::2');
});

it.each([
  ['10.89.0.1', 'does not lead to 10.89.0.1'],
  ['127.0.0.1', 'does not lead to 127.0.0.1'],
  ['fra.internal', 'is a name'],
])('%s: the tunnel %s', (host, words) => {
  expect(() => tunnelAddress(profile, host)).toThrow(
    expect.objectContaining({ code: 'CONNECT_FAILED', message: expect.stringContaining(words) }),
  );
});
