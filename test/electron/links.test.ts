import { describe, expect, test } from 'vitest';
import type { Push } from '../../electron/ipc.ts';
import { Links, linkAmong } from '../../electron/links.ts';

function begin() {
  const pushed: Push[] = [];
  return { pushed, links: new Links((push) => pushed.push(push)) };
}
const to = (lineage: string) => ({ kind: 'link', to: { environment: 'local', instance: 'fra', lineage } });

describe('links from outside', () => {
  test('are held until the page is there, the last one of them, and told once', () => {
    const { pushed, links } = begin();
    links.take('perch://local/fra/app');
    links.take('perch://local/fra/app/games');
    expect(pushed).toEqual([]);
    links.ready();
    links.ready();
    expect(pushed).toEqual([to('app/games')]);
    links.take('perch://local/fra/x');
    expect(pushed).toEqual([to('app/games'), to('x')]);
  });

  test('one that is none is refused with a word', () => {
    const { pushed, links } = begin();
    links.ready();
    links.take('perch://local/fra/app?kill=1');
    expect(pushed).toEqual([
      {
        kind: 'link-refused',
        error: expect.objectContaining({
          code: 'BAD_LINK',
          mend: expect.stringContaining('perch://ENVIRONMENT'),
        }),
      },
    ]);
  });

  test.each([[null], [undefined], [7], [{ link: 'perch://a/b' }], [['perch://a/b']]])(
    'what is no text is nothing: %j',
    (given) => {
      const { pushed, links } = begin();
      links.ready();
      links.take(given);
      expect(pushed).toEqual([]);
    },
  );
});

test('the link of a command line is found among what Chromium adds, and cut past its bound', () => {
  expect(linkAmong(['electron', '--no-sandbox', '.', 'perch://a/b', '--inventory', 'f'])).toBe('perch://a/b');
  expect(linkAmong(['electron', '.', 'Perch:x'])).toBe('Perch:x');
  expect(linkAmong(['electron', '.', '--x=perch://a/b'])).toBeNull();
  expect(linkAmong(['electron', `perch://${'x'.repeat(1e6)}`])).toHaveLength(2049);
});
