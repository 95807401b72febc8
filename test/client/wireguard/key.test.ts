import { expect, it } from 'vitest';
import { isKey, publicKeyOf } from '../../../client/wireguard/key.ts';
import { scrub } from '../../../client/wireguard/secret.ts';
import { OWN_KEY } from '../../support/wireguard-conf.ts';

it("gives Alice's public key (RFC 7748, 6.1)", () => {
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
  expect(publicKeyOf(base64('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'))).toBe(
    base64('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'),
  );
});

it('knows a key by its one spelling', () => {
  expect(isKey(OWN_KEY)).toBe(true);
  expect(isKey(`${OWN_KEY}\n`)).toBe(false);
  expect(isKey(OWN_KEY.slice(1))).toBe(false);
  // The last character carries two bits that base64 does not use.
  expect(isKey(`${'A'.repeat(42)}B=`)).toBe(false);
});

it('takes keys out of the words of a tool', () => {
  expect(scrub(`Key is not the correct length or format: \`${OWN_KEY}'`)).toBe(
    "Key is not the correct length or format: `[key]'",
  );
});
