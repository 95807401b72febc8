import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFlags } from '../../electron/flags.ts';
import { readSettings, writeSettings } from '../../electron/settings.ts';
import { fileFor, headers, isUi, typeOf } from '../../electron/ui-request.ts';
import { temporaryFolder } from '../support/temporary.ts';

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

describe('settings', () => {
  test('come back as they were written', () => {
    const file = path.join(temporaryFolder(), 'settings.json');
    const settings = { theme: 'dark', bounds: { x: -5, y: 0, width: 900, height: 700 } } as const;
    writeSettings(file, settings);
    expect(readSettings(file)).toEqual(settings);
  });

  test.each([
    '',
    'null',
    '[]',
    '{"theme":"pink","bounds":{"x":1}}',
    '{"bounds":{"x":1.5,"y":0,"width":1,"height":1}}',
  ])('what is not as it should be falls back: %s', (text) => {
    const file = path.join(temporaryFolder(), 'settings.json');
    writeFileSync(file, text);
    expect(readSettings(file)).toEqual({ theme: 'system', bounds: null });
  });

  test('a place that cannot be written to is no error', () => {
    expect(() => writeSettings('/proc/nowhere/settings.json', { theme: 'dark', bounds: null })).not.toThrow();
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
