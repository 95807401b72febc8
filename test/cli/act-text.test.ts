import { describe, expect, it } from 'vitest';
import { actText } from '../../cli/text/act.ts';
import { distributionText } from '../../cli/text/distribution.ts';
import { paintWith } from '../../cli/text/paint.ts';
import { previewText } from '../../cli/text/preview.ts';
import { distributionOf, ENOUGH } from '../../client/experiment/distribution.ts';
import type { ActDocument } from '../../protocol/act.ts';
import type { Preview } from '../../protocol/preview.ts';

const plain = paintWith(false);

describe('an act', () => {
  const document: ActDocument = {
    call: 'c',
    act: 'kill',
    target: { id: '1.0.2', lineage: 'app/a', incarnation: 1 },
    outcome: 'restarted',
    words: 'app/a #1 → #2',
    successor: { id: '1.0.3', incarnation: 2 },
    affected: [{ id: '1.0.9', lineage: 'app/b' }],
    phases: { exitedMs: 1, decidedMs: 1, startedMs: 1, readyMs: 20, recoveredMs: 250 },
    clock: 'agent',
    budget: { by: 'app', intensity: 1000, periodMs: 10_000, before: 0, after: 1 },
    untouched: { same: 3, of: 4 },
    lost: {
      state: {
        gone: 1,
        changed: 1,
        added: 2,
        isPartial: true,
        places: [
          { path: '/moves/0', change: 'gone', before: { at: 4 } },
          { path: '/turn', change: 'changed', before: 'x', after: 'o' },
          { path: '/new', change: 'added' },
        ],
      },
      backlog: { word: 'orders', before: 3, after: 1, vanished: 2 },
    },
    probes: [
      {
        probe: 'http://127.0.0.1/',
        answers: 8,
        failures: 4,
        firstFailureMs: 50,
        lastFailureMs: 200,
        longestFailureMs: 180,
        steadyMs: 250,
        lastFailure: 'status 503',
      },
    ],
  };

  it('tells what it took along, what it left alone, and when all was steady again', () => {
    expect(actText(document, plain)).toEqual([
      '  with it    app/b (1.0.9)',
      '  budget     app: 1 of 1000 restarts in 10 s, 0 before',
      '  untouched  3 of 4 siblings',
      '  lost       1 gone, 1 changed, 2 new (as far as both were read)',
      '             gone     /moves/0  { at: 4 }',
      "             changed  /turn  'x' → 'o'",
      '             added    /new',
      '             … 1 more',
      '             2 of 3 in orders, 1 there now',
      '  probe      http://127.0.0.1/: failed in 4 of 8 answers, from 50.0 ms to 200 ms, at most 180 ms at a time (status 503); steady from 250 ms on',
      '  steady     again after 250 ms',
    ]);
  });

  it('says that nothing was lost, in words', () => {
    const lost = { state: { gone: 0, changed: 0, added: 0, places: [], isPartial: false }, backlog: null };
    const { budget, untouched, probes, ...rest } = document;
    const phases = { ...rest.phases, recoveredMs: null };
    expect(actText({ ...rest, affected: [], phases, lost }, plain)).toEqual(['  lost  nothing of its state']);
  });

  it('says nothing of what is not known', () => {
    const { budget, untouched, lost, probes, ...rest } = document;
    expect(actText({ ...rest, affected: [], phases: { ...rest.phases, recoveredMs: null } }, plain)).toEqual(
      [],
    );
  });
});

it('a preview lists what stops and starts, and who gives up', () => {
  const preview: Preview = {
    node: { id: '1.0.2', lineage: 'app/a', incarnation: 1 },
    act: 'kill',
    possible: true,
    why: '',
    words: 'app/a #1 is killed',
    stops: [{ id: '1.0.2', lineage: 'app/a', incarnation: 1, restart: 'permanent' }],
    stopsMore: 7,
    restarts: [{ id: null, lineage: 'app/a', incarnation: 2, restart: 'permanent' }],
    restartsMore: 0,
    budget: { by: 'app', intensity: 1, periodMs: 5000, before: 1, after: 2 },
    givesUp: ['app'],
    protected: [],
    backlog: [{ lineage: 'app/a', word: 'queue', count: 9 }],
    isExact: false,
  };
  expect(previewText(preview, plain)).toEqual([
    'app/a #1 is killed',
    '  stops     app/a #1 (1.0.2) permanent',
    '  stops     7 more',
    '  starts    app/a #2 permanent',
    '  budget    app: 2 of 1 restarts in 5 s, 1 before',
    '  gives up  app',
    '  backlog   9 in queue of app/a',
    '  note      read off the tree: no supervisor decides about it, or its loop stands still',
  ]);
  const refused = {
    ...preview,
    possible: false,
    words: 'app/a is declared protected',
    stops: [],
    stopsMore: 0,
  };
  expect(previewText(refused, plain)[0]).toBe('refused: app/a is declared protected');
});

describe('a distribution', () => {
  it('is its samples while they are few', () => {
    expect(distributionText(distributionOf([3, null, 1.25], 10_000), ENOUGH, plain)).toEqual([
      'recovered after 1.3 ms, 3.0 ms',
      '1 of 3 not recovered within 10 s',
    ]);
  });

  it('is percentiles of many; one that lies among what did not recover is over T', () => {
    const times = Array.from({ length: 40 }, (_, at) => (at < 37 ? at : null));
    expect(distributionText(distributionOf(times, 500), ENOUGH, plain)).toEqual([
      'p50 19.0 ms   p95 over 500 ms   max over 500 ms',
      '3 of 40 not recovered within 500 ms',
    ]);
  });
});
