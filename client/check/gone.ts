import { finding, type Rule } from './finding.ts';

/** It was there, and is no longer. */
export const gone: Rule = {
  id: 'gone',
  title: 'Gone',
  looksFor: 'instances that were there and no longer answer',
  find(seen) {
    const { state, failing, heardAt } = seen;
    if (state === 'gone') {
      return [
        finding('gone', seen, null, {
          severity: 'warning',
          since: heardAt,
          sentence: 'It has ended; it has no name that a next life would be known by',
          tab: 'overview',
        }),
      ];
    }
    if (heardAt === null || !failing || (state !== 'reconnecting' && state !== 'connecting')) return [];
    return [
      finding('gone', seen, null, {
        severity: 'failed',
        since: heardAt,
        sentence: `It was there and no longer answers: ${failing.error.message}`,
        tab: 'overview',
      }),
    ];
  },
};
