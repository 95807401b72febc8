import { expect, test } from 'vitest';
import { isFrom, parseAddressList } from '../../agent/hub/ssh/address-list.ts';

/** As sshd(8) has it for `from`: each list with addresses that it lets in, and others. */
test.each([
  ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'], ['9.255.255.255', '11.0.0.0', '::1']],
  ['192.168.4.7', ['192.168.4.7'], ['192.168.4.70', '192.168.4.6']],
  ['10.0.0.0/9', ['10.127.255.255'], ['10.128.0.0']],
  ['192.168.4.?', ['192.168.4.7'], ['192.168.4.17', '192.168.40.7']],
  ['192.168.*', ['192.168.4.7', '192.168.0.0'], ['192.169.0.0']],
  ['*', ['10.0.0.1', '::1', 'fe80::1%eth0'], []],
  ['*,!10.0.0.0/8', ['11.0.0.1', '::1'], ['10.0.0.1', '::ffff:10.0.0.1']],
  ['!10.0.0.13,10.0.0.0/8', ['10.0.0.12'], ['10.0.0.13']],
  ['10.0.0.0/8,!10.0.0.*', ['10.0.1.1'], ['10.0.0.1']],
  ['!10.0.0.1', [], ['10.0.0.1', '10.0.0.2']],
  ['fdaa:0:1::/48', ['fdaa:0:1::7', 'fdaa:0:1:ffff::'], ['fdaa:0:2::7', '10.0.0.1']],
  ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2']],
  ['fe80::/10', ['fe80::1%eth0', 'febf::1'], ['fec0::1']],
  ['::ffff:10.0.0.1', ['10.0.0.1', '::ffff:a00:1'], ['10.0.0.2']],
  ['0.0.0.0/0', ['1.2.3.4'], ['::1']],
  ['::/0', ['::1', 'fdaa::1'], ['1.2.3.4']],
])('from="%s"', (text, inside, outside) => {
  const list = parseAddressList(text);
  if (typeof list === 'string') throw new Error(list);
  expect(inside.filter((address) => !isFrom(list, address))).toEqual([]);
  expect(outside.filter((address) => isFrom(list, address))).toEqual([]);
});

test('an address that is not known, as over a unix socket, is in no list', () => {
  const list = parseAddressList('*,0.0.0.0/0,::/0');
  if (typeof list === 'string') throw new Error(list);
  for (const address of [undefined, '', 'nonsense']) expect(isFrom(list, address)).toBe(false);
});
