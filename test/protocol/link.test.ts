import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { formatLink, parseLink } from '../../protocol/link.ts';

describe('a link', () => {
  it.each([
    ['perch://production/fra-1', { environment: 'production', instance: 'fra-1', lineage: null }],
    ['perch://production/fra-1/', { environment: 'production', instance: 'fra-1', lineage: null }],
    [
      'PERCH://local/fra-1/app/games/7f3a',
      { environment: 'local', instance: 'fra-1', lineage: 'app/games/7f3a' },
    ],
    [
      'perch://a%20b/unix%3A%2Frun%2Fx.sock/process%3A4121%20main',
      { environment: 'a b', instance: 'unix:/run/x.sock', lineage: 'process:4121 main' },
    ],
    ['perch://p/i/%C3%BC', { environment: 'p', instance: 'i', lineage: 'ü' }],
  ])('%s', (text, link) => expect(parseLink(text)).toEqual(link));

  it('of every place reads as that place, or there is none', () => {
    const name = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('.', '..', '', 'a//b', '%41'),
    );
    fc.assert(
      fc.property(name, name, fc.option(name), (environment, instance, lineage) => {
        const text = formatLink({ environment, instance, lineage });
        if (text !== null) expect(parseLink(text)).toEqual({ environment, instance, lineage });
      }),
    );
    expect(formatLink({ environment: 'a/b', instance: 'x?y#z', lineage: 'app/games/ü' })).toBe(
      'perch://a%2Fb/x%3Fy%23z/app/games/%C3%BC',
    );
    expect(formatLink({ environment: 'a', instance: 'b', lineage: '' })).toBeNull();
    expect(formatLink({ environment: 'a', instance: 'b', lineage: 'x'.repeat(3000) })).toBeNull();
  });

  it.each([
    ['', /does not begin with perch:/],
    ['perch:', /does not begin with perch:/],
    ['https://perch/a/b', /does not begin with perch:/],
    ['perch://', /a part of it is empty/],
    ['perch://production', /names no instance/],
    ['perch://production/', /names no instance/],
    ['perch:///fra-1', /a part of it is empty/],
    ['perch://production/fra-1//games', /a part of it is empty/],
    ['perch://production/fra-1/../../x', /only dots/],
    ['perch://production/%2e%2e/x', /only dots/],
    ['perch://production/fra-1/app?act=kill', /must be encoded/],
    ['perch://production/fra-1/app#kill', /must be encoded/],
    ['perch://production/fra-1/a b', /must be encoded/],
    ['perch://production/fra-1/a" --inspect="x', /must be encoded/],
    ['perch://production/fra-1\\..\\x', /must be encoded/],
    ['perch://production/fra-1/a%', /must be encoded/],
    ['perch://production/fra-1/ü', /must be encoded/],
    ['perch://production/fra-1/%E0%A4', /no UTF-8/],
    ['perch://production/fra-1/%0Aapp', /cannot be seen/],
    ['perch://production/fra-1/%00', /cannot be seen/],
    ['perch://production/fra-1/%E2%80%AEppa', /cannot be seen/],
    [`perch://production/fra-1/${'x'.repeat(LIMITS.maxLinkChars)}`, /more than 2048 characters/],
  ])('refuses %s', (text, message) => {
    expect(() => parseLink(text)).toThrow(
      expect.objectContaining({ code: 'BAD_LINK', message: expect.stringMatching(message) }),
    );
  });

  it('says of a refused one nothing that it said itself', () => {
    expect(() => parseLink('perch://call-0800-1234/now please')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('0800') }),
    );
  });
});
