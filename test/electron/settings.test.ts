import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSettings, type Settings, withLook, writeSettings } from '../../electron/settings.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { temporaryFolder } from '../support/temporary.ts';

const START: Settings = {
  theme: 'system',
  bounds: null,
  zoom: 100,
  environments: {},
  watched: [],
  hasNotifications: true,
};
const LOOK = {
  view: 'drawing',
  theme: 'light',
  panes: { fleet: 300 },
  outline: { columns: ['cpu'], sort: null },
  nodes: { columns: ['busy', 'pid'], sort: 'memory', limit: 1000 },
} as const;

test('settings come back as they were written', () => {
  const file = path.join(temporaryFolder(), 'settings.json');
  const settings: Settings = {
    theme: 'dark',
    bounds: { x: -5, y: 0, width: 900, height: 700 },
    zoom: 125,
    watched: [{ instance: 'production/a', lineage: 'app/games' }],
    hasNotifications: false,
    environments: { production: LOOK, __proto__x: {} },
  };
  writeSettings(file, settings);
  expect(readSettings(file)).toEqual(settings);
});

test.each([
  '',
  'null',
  '[]',
  '{"theme":"pink","bounds":{"x":1}}',
  '{"zoom":500}',
  '{"bounds":{"x":1.5,"y":0,"width":1,"height":1}}',
  '{"environments":[1]}',
  '{"watched":[{"instance":1}],"hasNotifications":"no"}',
  `{"environments":{"a":"${'x'.repeat(2_000_000)}"}}`,
])('what is not as it should be falls back: %.60s', (text) => {
  const file = path.join(temporaryFolder(), 'settings.json');
  writeFileSync(file, text);
  expect(readSettings(file)).toEqual(START);
});

test('of what was kept an environment that is not as it should be is passed over, and no other', () => {
  const file = path.join(temporaryFolder(), 'settings.json');
  const environments = {
    good: LOOK,
    unknown: { ...LOOK, evil: 1 },
    theme: { theme: 'pink' },
    panes: { panes: { fleet: '1' } },
    many: { panes: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`p${at}`, 1])) },
    large: { outline: { columns: 'x'.repeat(5000) } },
    list: { outline: [] },
    text: 'x',
  };
  writeFileSync(file, JSON.stringify({ environments }));
  expect(readSettings(file).environments).toEqual({ good: LOOK });
});

test('the environments that were used last are kept, so many', () => {
  const names = Array.from({ length: LIMITS.maxKeptLooks + 10 }, (_, at) => `e${at}`);
  let settings = START;
  for (const name of names) settings = withLook(settings, name, {});
  settings = withLook(settings, 'e12', LOOK);
  expect(Object.keys(settings.environments)).toHaveLength(LIMITS.maxKeptLooks);
  expect(Object.keys(settings.environments).at(-1)).toBe('e12');
  expect(settings.environments).not.toHaveProperty('e5');
});

test('they are written beside and moved into place; a place that cannot be written to is no error', () => {
  const file = path.join(temporaryFolder(), 'settings.json');
  writeSettings(file, START);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(START);
  expect(() => readFileSync(`${file}.new`)).toThrow(/ENOENT/);
  expect(() => writeSettings('/proc/nowhere/settings.json', START)).not.toThrow();
});
