import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressText,
  contains,
  network,
  parseAddress,
  parseRange,
  rangeText,
} from '../../../client/wireguard/address.ts';

describe('a range', () => {
  it.each([
    ['10.77.0.2', '10.77.0.2/32'],
    ['10.77.0.2/24', '10.77.0.2/24'],
    ['FDAA:0:0:0:0:0:0:2/120', 'fdaa::2/120'],
    ['::', '::/128'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3/128'],
    ['::ffff:10.0.0.1', '::ffff:a00:1/128'],
  ])('%s is %s', (text, canonical) => {
    expect(rangeText(parseRange(text)!)).toBe(canonical);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.1/33',
    '10.0.0.1/08',
    '::1/129',
    'fe80::1%lo',
    '1.2.3.4/',
    'x',
    '/8',
    '01.2.3.4',
  ])('"%s" is none', (text) => {
    expect(parseRange(text)).toBeNull();
  });

  it('contains what begins like it', () => {
    const within = (outer: string, inner: string) => contains(parseRange(outer)!, parseRange(inner)!);
    expect(within('10.77.0.0/16', '10.77.9.1')).toBe(true);
    expect(within('10.77.0.0/16', '10.78.0.0/24')).toBe(false);
    expect(within('10.77.0.0/16', '10.0.0.0/8')).toBe(false);
    expect(within('::/0', '10.0.0.1')).toBe(false);
    expect(within('fdaa:9::/32', 'fdaa:9:c0de::/48')).toBe(true);
    expect(rangeText(network(parseRange('10.77.3.9/22')!))).toBe('10.77.0.0/22');
  });

  it('keeps its value through its text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        expect(parseAddress(addressText({ family: 6, value }))).toEqual({ family: 6, value });
        const short = value & 0xffffffffn;
        expect(parseAddress(addressText({ family: 4, value: short }))).toEqual({ family: 4, value: short });
      }),
    );
  });
});
