import type { ActDocument } from '../../protocol/act.ts';
import type { Preview, PreviewNode } from '../../protocol/preview.ts';

const node = (lineage: string, incarnation: number, id: string | null): PreviewNode => ({
  id,
  lineage,
  incarnation,
  restart: 'permanent',
});

/** What a kill of the shop's cache would do: rest_for_one takes the checkout with it. */
export function shopPreview(fields: Partial<Preview> = {}): Preview {
  return {
    node: { id: '4121.0.31', lineage: 'app/cache', incarnation: 4 },
    act: 'kill',
    possible: true,
    why: '',
    words: 'app/cache #4 is killed and 1 more with it; it is started again with 1 more',
    stops: [node('app/cache', 4, '4121.0.31'), node('app/checkout', 3, '4121.0.32')],
    stopsMore: 0,
    restarts: [node('app/cache', 5, null), node('app/checkout', 4, null)],
    restartsMore: 0,
    budget: { by: 'app', intensity: 5, periodMs: 30_000, before: 2, after: 3 },
    givesUp: [],
    protected: [],
    backlog: [{ lineage: 'app/cache', word: 'pending', count: 4 }],
    isExact: true,
    ...fields,
  };
}

/** The one that is too many: everything below the supervisor ends with it. */
export function lastStraw(): Preview {
  const jobs = Array.from({ length: 14 }, (_, index) =>
    node(`app/jobs/job-${index + 1}`, 1, `4121.0.${100 + index}`),
  );
  return shopPreview({
    stops: [...shopPreview().stops, node('app/jobs', 1, '4121.0.8'), ...jobs],
    stopsMore: 386,
    restarts: [],
    budget: { by: 'app', intensity: 5, periodMs: 30_000, before: 5, after: 6 },
    givesUp: ['app'],
  });
}

/** The receipt for it. */
export function shopAct(fields: Partial<ActDocument> = {}): ActDocument {
  return {
    call: 'c',
    act: 'kill',
    target: { id: '4121.0.31', lineage: 'app/cache', incarnation: 4 },
    outcome: 'restarted',
    words: 'app/cache #4 → #5 in 8.2 ms',
    successor: { id: '4121.0.41', incarnation: 5 },
    affected: [{ id: '4121.0.32', lineage: 'app/checkout' }],
    phases: { exitedMs: 1.9, decidedMs: 2.2, startedMs: 3.4, readyMs: 8.2 },
    clock: 'agent',
    budget: { by: 'app', intensity: 5, periodMs: 30_000, before: 2, after: 3 },
    untouched: { same: 2, of: 3 },
    lost: {
      state: {
        gone: 118,
        changed: 2,
        added: 0,
        isPartial: true,
        why: 'the first 200 entries were compared',
        places: [
          { path: '/entries/cart:81f2', change: 'gone', before: { items: 3 } },
          { path: '/entries/cart:90ab', change: 'gone' },
          { path: '/hits', change: 'changed', before: 80_211, after: 0 },
        ],
      },
      backlog: { word: 'pending', before: 6, after: 0, vanished: 6 },
    },
    audit: { seq: 41, hash: '3f9ac2e81b77d05c0a6f3f9ac2e81b77d05c0a6f3f9ac2e81b77d05c0a6f3f9a' },
    ...fields,
  };
}
