import type { LedgerEvent } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { finding, isHeard, type Rule, type Seen } from './finding.ts';

/** A loop that stands still serves nobody; the agent sees it from `LIMITS.blockedMs` on. */
export const blockedLoop: Rule = {
  id: 'blocked-loop',
  title: 'Loop blocked',
  looksFor: `loops that stand still for ${LIMITS.blockedMs} ms or longer`,
  find(seen) {
    if (!isHeard(seen)) return [];
    const blocked = seen.nodes.filter(({ status }) => status === 'blocked');
    return blocked.map((node) => {
      const event = lastBlock(seen.events, node.id);
      const frame = event?.frames[0];
      return finding('blocked-loop', seen, node, {
        severity: 'failed',
        since: sinceWhen(seen, node, event),
        sentence: `Its loop stands still${frame ? ` in ${shortFrame(frame)}` : ''}`,
        tab: 'stack',
      });
    });
  },
};

type Blocked = Extract<LedgerEvent, { kind: 'blocked' }>;

/** The block that has not ended yet. */
function lastBlock(events: readonly LedgerEvent[], id: string): Blocked | null {
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]!;
    if (event.node.id !== id) continue;
    if (event.kind === 'blocked') return event;
    if (event.kind === 'unblocked') return null;
  }
  return null;
}

/** The event's time does not move from look to look; it is written once the loop has stood still for a while. */
function sinceWhen(
  { aheadMs, heardAt }: Seen,
  { blockedMs }: TreeNode,
  event: Blocked | null,
): number | null {
  if (event) return event.at - aheadMs - LIMITS.blockedMs;
  return blockedMs === null || heardAt === null ? null : heardAt - blockedMs;
}

/** `parse (file:///srv/shop/parse.js:41:7)` is long; the file's own name is enough to know it. */
function shortFrame(frame: string): string {
  return frame.replace(/\((?:[^()]*\/)?([^()/]+)\)$/, '($1)');
}
