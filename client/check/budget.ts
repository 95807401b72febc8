import { durationWords } from '../../protocol/duration.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { finding, isHeard, type Rule } from './finding.ts';
import { THRESHOLDS } from './thresholds.ts';

/** A supervisor that has hardly a restart left ends with all below it at the next exit. */
export const budget: Rule = {
  id: 'budget',
  title: 'Budget nearly gone',
  looksFor: 'restart budgets with one restart left, or a fifth of them',
  find(seen) {
    if (!isHeard(seen)) return [];
    return seen.nodes.flatMap((node) => {
      const { supervisor, endedAt } = node;
      if (!supervisor || endedAt !== null || !isNearlyGone(supervisor)) return [];
      const { intensity, periodMs, restartsInPeriod } = supervisor;
      const left = intensity - restartsInPeriod;
      const [word, verb] = intensity === 1 ? ['restart', 'is'] : ['restarts', 'are'];
      const used = `${restartsInPeriod} of ${intensity} ${word} in ${durationWords(periodMs)} ${verb} used`;
      const at = crossedAt(seen.events, node);
      return [
        finding('budget', seen, node, {
          severity: left <= 0 ? 'failed' : 'warning',
          since: at === null ? null : at - seen.aheadMs,
          sentence: left <= 0 ? `${used}: the next exit ends it and all below it` : used,
          tab: 'overview',
        }),
      ];
    });
  },
};

/** One that was given no restarts at all was meant so, and one that has used none has lost nothing. */
function isNearlyGone({ intensity, restartsInPeriod }: NonNullable<TreeNode['supervisor']>): boolean {
  const left = intensity - restartsInPeriod;
  return restartsInPeriod > 0 && left <= Math.max(1, intensity * THRESHOLDS.budgetLeft);
}

/** When the last of the restarts that are counted now was decided. */
function crossedAt(events: readonly LedgerEvent[], { id }: TreeNode): number | null {
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]!;
    if (event.kind === 'decided' && event.by.id === id) return event.at;
  }
  return null;
}
