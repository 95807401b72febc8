import { describe, expect, test } from 'vitest';
import { readFlags } from '../../electron/flags.ts';
import { fileFor, headers, isUi, typeOf } from '../../electron/ui-request.ts';

describe('flags', () => {
  test.each([
    [['electron', '.'], {}, undefined],
    [['electron', '--no-sandbox', '.', '--inventory', 'a.yaml'], {}, 'a.yaml'],
    [['electron', '.', '--inventory=b=c.yaml'], {}, 'b=c.yaml'],
    [['electron', '.'], { PERCH_INVENTORY: 'd.yaml' }, 'd.yaml'],
    [['electron', '.', '--inventory', 'a.yaml'], { PERCH_INVENTORY: 'd.yaml' }, 'a.yaml'],
  ])('%j with %j', (argv, env, inventory) => {
    expect(readFlags(argv, env)).toEqual({ inventory });
  });

  test('an inventory without a file is refused', () => {
    expect(() => readFlags(['electron', '--inventory'], {})).toThrow(/needs a file/);
  });
});

describe('what app://ui serves', () => {
  const file = (url: string, method = 'GET') => fileFor({ url, method }, '/app/dist');

  test('files inside its folder', () => {
    expect(file('app://ui/index.html')).toBe('/app/dist/index.html');
    expect(file('app://ui/assets/a%20b.js?x#y')).toBe('/app/dist/assets/a b.js');
  });

  test.each([
    'app://ui/..%2f..%2fetc/passwd',
    'app://ui/%2e%2e/%2e%2e/etc/passwd/..%2f..%2f..%2f..%2fetc/passwd',
    'app://ui/a%5c..%5c..%5cx.js',
    'app://ui/%00.js',
    'app://ui/%E0%A4%A',
    'app://ui/',
    'app://elsewhere/index.html',
    'app://ui.evil/index.html',
    'https://ui/index.html',
    'nonsense',
  ])('nothing else: %s', (url) => {
    const found = file(url);
    // A path that stays inside is fine; it is never one outside.
    expect(found === null || found.startsWith('/app/dist/')).toBe(true);
    if (!url.includes('%2e%2e')) expect(found).toBeNull();
  });

  test('and nothing but GET', () => {
    expect(file('app://ui/index.html', 'POST')).toBeNull();
  });

  test('types that belong to a page only', () => {
    expect(typeOf('/x/a.js')).toMatch(/javascript/);
    expect([typeOf('/x/a.exe'), typeOf('/x/a')]).toEqual([null, null]);
  });

  test('the nonce opens styles for itself alone', () => {
    expect(headers('text/html', 'abc')['content-security-policy']).toContain("style-src 'self' 'nonce-abc';");
    expect(headers('text/css', null)['content-security-policy']).toContain("style-src 'self';");
  });

  test('the page is told by scheme and host', () => {
    expect([isUi('app://ui/index.html'), isUi('app://ui@evil/'), isUi('data:text/html,app://ui/')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
