import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../client/address.ts';

describe('an address', () => {
  it.each([
    ['127.0.0.1:7400', { kind: 'tcp', host: '127.0.0.1', port: 7400 }],
    ['fra.internal:22', { kind: 'tcp', host: 'fra.internal', port: 22 }],
    ['[fdaa:9::2]:7400', { kind: 'tcp', host: 'fdaa:9::2', port: 7400 }],
    ['[fe80::1%eth0]:7400', { kind: 'tcp', host: 'fe80::1%eth0', port: 7400 }],
    ['unix:/run/a b.sock', { kind: 'unix', path: '/run/a b.sock' }],
  ])('%s is read, and written the same', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(parseAddress(text)!)).toBe(text);
  });

  it.each([
    '',
    'fra-1',
    'host:',
    ':7400',
    'host:0',
    'host:65536',
    'host:7400x',
    'fdaa::2:7400',
    'unix:relative',
    '[]:1',
  ])('%s is none', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});
