import { describe, expect, it } from 'vitest';
import { readState, readStateText } from '../../../agent/inspect/state.ts';

const REDACTED = { $: 'Redacted' };
const SECRET = 'correct-horse-battery';

describe('by key name', () => {
  it('hides values wherever the key stands', () => {
    class Session {
      token = SECRET;
      user = { password: { nested: SECRET }, name: 'ann' };
      settings = new Map<unknown, unknown>([
        ['apiKey', SECRET],
        ['theme', 'dark'],
      ]);
    }
    const { value, cost } = readState(Object.assign(new Session(), { [Symbol('secret')]: SECRET }), {
      depth: 9,
    });
    expect(value).toEqual({
      $: 'Object',
      class: 'Session',
      fields: {
        token: REDACTED,
        user: { password: REDACTED, name: 'ann' },
        settings: {
          $: 'Map',
          entries: [
            ['apiKey', REDACTED],
            ['theme', 'dark'],
          ],
        },
        '$Symbol(secret)': REDACTED,
      },
    });
    expect(cost.redacted).toBe(4);
  });

  it('hides what follows a secret name in a list', () => {
    const lists = {
      argv: ['--user', 'ann', '--password', SECRET],
      rawHeaders: ['Host', 'h', 'Authorization', SECRET, 'Set-Cookie', SECRET],
      pairs: [['token', SECRET]],
    };
    expect(readStateText(lists, { depth: 9 })).not.toContain(SECRET);
    expect(readState(lists, { path: '/argv/3' }).value).toEqual(REDACTED);
    expect(readState(lists, { path: '/argv/1' }).value).toBe('ann');
    expect(readState(lists, { path: '/argv', from: 3 }).value).toEqual([REDACTED]);
  });
});

describe('by what a text looks like', () => {
  it.each([
    'Bearer abcdefghijkl',
    'eyJhbGciOi.eyJzdWIi.sig-na_ture',
    `postgres://ann:${SECRET}@db/x`,
    'redis://:123456@cache:6379',
    `https://host/path?access_token=${SECRET}&x=1`,
    `DB_PASSWORD=${SECRET}`,
    `sid=1; token=${SECRET}`,
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----',
  ])('%s', (text) => {
    expect(readState({ text }).value).toEqual({ text: REDACTED });
    expect(readState({ text }, { path: '/text' }).value).toEqual(REDACTED);
    expect(JSON.stringify(readState(new Error(text)).value)).not.toContain(text);
  });

  it.each([
    'http://localhost:4873/@scope/name',
    'https://example.org/a@b',
    'mailto:ann@example.org',
    'const token = next()',
    'a=1&b=2',
    'Basic rules',
    'Bearer of bad news',
    'eyJ is how they begin',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ann@laptop',
  ])('but not %s', (text) => {
    expect(readState({ text }).value).toEqual({ text });
  });
});

describe('by what the service declared', () => {
  class Player {
    hand = ['A', 'K'];
    name: string;
    constructor(name: string) {
      this.name = name;
    }
  }
  const state = {
    players: new Map([
      ['ann', new Player('Ann')],
      ['bob', new Player('Bob')],
    ]),
    deck: { left: [1, 2, 3] },
    note: { hand: 'not a player' },
  };

  it('follows a pattern through instances, Maps and lists', () => {
    const { value, cost } = readState(state, { depth: 9, redact: ['/players/*/hand', '/deck/left/1'] });
    const text = JSON.stringify(value);
    expect(text).not.toContain('"A"');
    expect(text.match(/Redacted/g)).toHaveLength(3);
    expect(value).toMatchObject({ deck: { left: [1, REDACTED, 3] }, note: { hand: 'not a player' } });
    expect(cost.redacted).toBe(3);
  });

  it('hides one entry of a Map by its key, and a bare key everywhere', () => {
    expect(JSON.stringify(readState(state, { depth: 9, redact: ['/players/ann'] }).value)).not.toContain(
      'Ann',
    );
    const everywhere = JSON.stringify(readState(state, { depth: 9, redact: ['hand'] }).value);
    expect(everywhere).not.toContain('not a player');
    expect(everywhere).toContain('Bob');
  });

  it.each([
    '/players/ann/hand',
    '/players/ann/fields/hand',
    '/players/entries/0/1/fields/hand/0',
    '/players/entries/1/1/hand/7/of/nothing',
  ])('a path into it gives nothing away: %s', (path) => {
    const read = readState(state, { path, redact: ['/players/*/hand'] });
    expect(read).toMatchObject({ value: REDACTED, cost: { redacted: 1 } });
  });

  it('holds on the way down from a path, too', () => {
    const read = readState(state, { path: '/players/entries/0/1', redact: ['/players/*/hand'] });
    expect(read.value).toMatchObject({ fields: { hand: REDACTED, name: 'Ann' } });
    const set = readState({ hands: new Set([['A'], ['K']]) }, { redact: ['/hands/1'] });
    expect(set.value).toEqual({ hands: { $: 'Set', values: [['A'], REDACTED] } });
  });
});
