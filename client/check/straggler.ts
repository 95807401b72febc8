import { LIMITS } from '../../protocol/limits.ts';
import { finding, isHeard, type Rule } from './finding.ts';

/** What was told to end and runs on works beside its successor, on the same things. */
export const straggler: Rule = {
  id: 'straggler',
  title: 'Straggler',
  looksFor: `tasks that still run ${LIMITS.stragglerMs / 1000} s after they were told to end`,
  find(seen) {
    if (!isHeard(seen)) return [];
    return seen.nodes
      .filter(({ status }) => status === 'straggler')
      .map((node) => {
        const event = seen.events.findLast(
          ({ kind, node: { id } }) => kind === 'straggler' && id === node.id,
        );
        const told = event?.kind === 'straggler' ? event : null;
        const [first, ...more] = told?.holds ?? [];
        const others = more.length > 0 ? ` and ${more.length} more` : '';
        return finding('straggler', seen, node, {
          severity: 'warning',
          since: told ? told.at - told.afterMs - seen.aheadMs : null,
          sentence: `It was told to end and still runs${first ? `; it holds ${first}${others}` : ''}`,
          tab: 'overview',
        });
      });
  },
};
