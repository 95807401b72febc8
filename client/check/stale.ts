import type { TreeNode } from '../../protocol/tree.ts';
import { finding, isHeard, type Rule } from './finding.ts';

/** Silence is no health: what was said last may no longer be so. */
export const stale: Rule = {
  id: 'stale',
  title: 'Stale',
  looksFor: 'agents and processes that are connected and silent',
  find(seen) {
    if (!isHeard(seen)) return [];
    const nodes = new Map<string, TreeNode>();
    for (const node of seen.nodes) if (node.status === 'stale') nodes.set(node.id, node);
    // A process that is silent makes all below it stale.
    const outermost = [...nodes.values()].filter(({ parent }) => parent === null || !nodes.has(parent));
    const inside = outermost.map((node) =>
      finding('stale', seen, node, {
        severity: 'warning',
        since: null,
        sentence: 'Its process lives and no longer answers: what is shown of it is old',
        tab: 'overview',
      }),
    );
    if (seen.state !== 'stale') return inside;
    const whole = finding('stale', seen, null, {
      severity: 'warning',
      since: seen.heardAt,
      sentence: 'The agent is connected and silent: what is shown of it is old',
      tab: 'overview',
    });
    return [whole, ...inside];
  },
};
