import { durationWords } from '../../protocol/duration.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { finding, isHeard, type Rule } from './finding.ts';

type Decided = Extract<LedgerEvent, { kind: 'decided' }>;
const restarts = (count: number): string => `${count} ${count === 1 ? 'restart' : 'restarts'}`;

/** A supervisor whose budget ran out ends all below it; unless its own supervisor starts it anew, none of it runs. */
export const gaveUp: Rule = {
  id: 'gave-up',
  title: 'Gave up',
  looksFor: 'supervisors that spent their budget and were not started again',
  find(seen) {
    if (!isHeard(seen)) return [];
    const ended = new Map<string, Decided>();
    for (const event of seen.events) {
      if (event.kind === 'decided' && event.decision === 'escalate') ended.set(event.by.lineage, event);
    }
    if (ended.size === 0) return [];
    const shown = new Set<string>();
    for (const { id, lineage, endedAt } of seen.nodes) {
      if (ended.has(lineage) && endedAt === null) ended.delete(lineage);
      shown.add(id);
    }
    return [...ended.values()]
      .filter(({ by }) => ![...ended.keys()].some((above) => by.lineage.startsWith(`${above}/`)))
      .map(({ by, at, node, intensity, periodMs }) => {
        const found = finding('gave-up', seen, by, {
          severity: 'failed',
          since: at - seen.aheadMs,
          sentence:
            `It gave up: ${node.lineage.split('/').at(-1)} ended once more than the ${restarts(intensity)} in ` +
            `${durationWords(periodMs)} that it may do, and nothing below it runs`,
          tab: 'history',
        });
        // Ghosts are shown for a while only; after it the ledger tells.
        return shown.has(by.id) ? found : { ...found, node: null };
      });
  },
};
