import type { LedgerEvent } from '../../protocol/ledger.ts';
import { finding, isHeard, type Rule } from './finding.ts';
import { THRESHOLDS } from './thresholds.ts';

type Decided = Extract<LedgerEvent, { kind: 'decided' }>;

/** What is restarted again and again is not mended by it, even where the budget allows it. */
export const restartStorm: Rule = {
  id: 'restart-storm',
  title: 'Restart storm',
  looksFor: `${THRESHOLDS.stormRestarts} restarts or more within a minute under one supervisor`,
  find(seen, { now }) {
    if (!isHeard(seen)) return [];
    const from = now + seen.aheadMs - THRESHOLDS.stormMs;
    // Most ledgers have nothing so new in them, and are long.
    if ((seen.events.at(-1)?.at ?? 0) < from) return [];
    return [...restartsBySupervisor(seen.events, from).values()]
      .filter(({ recent }) => recent.length >= THRESHOLDS.stormRestarts)
      .map(({ all, recent }) => {
        const last = recent.at(-1)!;
        const children = new Set(recent.map(({ node }) => node.lineage));
        const why = exitOf(seen.events, last);
        return finding('restart-storm', seen, last.by, {
          severity: recent.length >= THRESHOLDS.stormFailedRestarts ? 'failed' : 'warning',
          since: beganAt(all) - seen.aheadMs,
          sentence:
            `${recent.length} restarts in the last minute` +
            (children.size === 1 ? ` of ${last.node.lineage.split('/').at(-1)}` : '') +
            (why ? `, the last after: ${why}` : ''),
          tab: 'overview',
        });
      });
  },
};

/** Restarts that a supervisor decided: all that are known, and those of the last minute. */
function restartsBySupervisor(
  events: readonly LedgerEvent[],
  from: number,
): Map<string, { all: Decided[]; recent: Decided[] }> {
  const found = new Map<string, { all: Decided[]; recent: Decided[] }>();
  for (const event of events) {
    if (event.kind !== 'decided' || event.decision !== 'restart') continue;
    const known = found.get(event.by.id) ?? { all: [], recent: [] };
    found.set(event.by.id, known);
    known.all.push(event);
    if (event.at >= from) known.recent.push(event);
  }
  return found;
}

/** A storm goes back for as long as the next restart came within a minute. */
function beganAt(restarts: readonly Decided[]): number {
  let index = restarts.length - 1;
  while (index > 0 && restarts[index]!.at - restarts[index - 1]!.at < THRESHOLDS.stormMs) index--;
  return restarts[index]!.at;
}

/** Why the child ended that was restarted. */
function exitOf(events: readonly LedgerEvent[], { seq, node }: Decided): string | null {
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]!;
    if (event.seq < seq && event.node.id === node.id && event.kind === 'exited') return event.reason;
  }
  return null;
}
