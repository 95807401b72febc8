import { expect, it } from 'vitest';
import { previewWords } from '../../../../agent/hub/preview/words.ts';
import type { Preview, PreviewNode } from '../../../../protocol/preview.ts';

const life = (lineage: string, fields: Partial<PreviewNode> = {}): PreviewNode => ({
  id: `1.0.${lineage}`,
  lineage,
  incarnation: 1,
  restart: 'permanent',
  ...fields,
});
const next = (lineage: string) => life(lineage, { id: null, incarnation: 2 });

const preview = (fields: Partial<Preview>): Preview => ({
  node: { id: '1.0.app/a', lineage: 'app/a', incarnation: 1 },
  act: 'kill',
  possible: true,
  why: '',
  words: '',
  stops: [life('app/a')],
  stopsMore: 0,
  restarts: [next('app/a')],
  restartsMore: 0,
  budget: { by: 'app', intensity: 3, periodMs: 5000, before: 0, after: 1 },
  givesUp: [],
  protected: [],
  backlog: [],
  isExact: true,
  ...fields,
});

const host = life('thread:a', { restart: null });

it.each<[string, Partial<Preview>]>([
  ['app/a #1 is killed; it is started again; that is restart 1 of 3 in 5 s of app', {}],
  [
    'app/a #1 is killed; it is started again; that is restart 1 of 3 in 5 s of app',
    { stops: [life('app/a'), host] },
  ],
  [
    'app/a #1 is killed and 2 more with it; it is started again with 1 more; that is restart 1 of 3 in 5 s of app',
    { stops: [life('app/a'), life('app/b'), life('app/c')], restarts: [next('app/a'), next('app/b')] },
  ],
  ['app/a #1 is stopped; nothing is started again', { act: 'stop', restarts: [] }],
  [
    'app/a #1 is killed and 1 more with it; app gives up, as 2 restarts are more than 1 in 5 s; nothing is started again',
    {
      stops: [life('app/a'), life('app', { restart: null }), life('app/b')],
      restarts: [],
      givesUp: ['app'],
      budget: { by: 'app', intensity: 1, periodMs: 5000, before: 1, after: 2 },
    },
  ],
  ['app/a #1 does not run; it is started again', { act: 'restart', stops: [], budget: null }],
  ['app/a is declared protected', { possible: false, why: 'app/a is declared protected' }],
])('%s', (words, fields) => expect(previewWords(preview(fields))).toBe(words));
