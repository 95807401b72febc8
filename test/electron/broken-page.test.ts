import { expect, test } from 'vitest';
import { brokenPage, endWords } from '../../electron/broken-page.ts';
import { isBroken } from '../../electron/ui-request.ts';

test('each reason has its words, and one that is new is told all the same', () => {
  expect(endWords({ reason: 'oom', exitCode: 5 })).toBe(
    'The page of this window ran out of memory (oom, code 5).',
  );
  expect(endWords({ reason: 'constructor', exitCode: 1 })).toMatch(/ended unexpectedly \(constructor/);
  expect(endWords({ reason: '<b>new</b>', exitCode: 1 })).toMatch(/\(bnewb, code 1\)/);
});

test('the page has no script, says what happened, and leads back', () => {
  const page = brokenPage('It crashed.', 'abc', 'app://ui/index.html');
  expect(page).not.toContain('<script');
  expect(page).toContain('<p>It crashed.</p>');
  expect(page).toContain('<a href="app://ui/index.html"');
  expect(page.match(/<style nonce="abc">/g)).toHaveLength(1);
});

test('it is served under its own name alone', () => {
  const at = (url: string, method = 'GET') => isBroken({ url, method });
  expect(at('app://ui/broken.html')).toBe(true);
  expect([
    at('app://ui/index.html'),
    at('app://ui/broken.html', 'POST'),
    at('https://ui/broken.html'),
    at('app://evil/broken.html'),
    at('app://ui/a/broken.html'),
  ]).toEqual([false, false, false, false, false]);
});
