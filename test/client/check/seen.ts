import type { Finding, Look, Rule, Seen } from '../../../client/check/finding.ts';
import { type ErrorCode, PerchError } from '../../../protocol/errors.ts';
import type { LedgerEvent, LedgerFact, NodeRef } from '../../../protocol/ledger.ts';
import type { InstanceInfo, TreeNode } from '../../../protocol/tree.ts';
import { aNode } from '../../support/tree-data.ts';

/** The moment of every look here. */
export const NOW = 1_700_000_000_000;

export function seen(fields: Partial<Seen> = {}): Seen {
  return {
    key: 'production/fra-1',
    environment: 'production',
    service: 'shop',
    state: 'live',
    failing: null,
    heardAt: NOW,
    info: info(),
    nodes: [],
    events: [],
    aheadMs: 0,
    ...fields,
  };
}

export function info(fields: Partial<InstanceInfo> = {}): InstanceInfo {
  return {
    service: 'shop',
    region: 'fra',
    instance: 'fra-1',
    pid: 4121,
    node: '22.11.0',
    epoch: 'e1',
    agent: '0.1.0',
    startedAt: NOW - 3_600_000,
    listening: [],
    ...fields,
  };
}

export function failing(code: ErrorCode, message = code as string, since = NOW - 5000): Seen['failing'] {
  return { error: new PerchError(code, message), since };
}

export function look(...all: Seen[]): Look {
  return { now: NOW, all, before: null };
}

/** What a rule finds in one instance alone. */
export function find(rule: Rule, of: Seen, before: Look['before'] = null): Finding[] {
  return rule.find(of, { now: NOW, all: [of], before });
}

export function thread(fields: Partial<TreeNode> = {}): TreeNode {
  return aNode({ id: '4121.0', parent: '4121', kind: 'thread', host: null, lineage: 'main', ...fields });
}

export const GAMES: NodeRef = { id: '4121.0.2', lineage: 'app/games', incarnation: 1 };

export function games(restartsInPeriod: number, intensity = 10): TreeNode {
  const supervisor = { strategy: 'dynamic' as const, intensity, periodMs: 5000, restartsInPeriod };
  return aNode({ ...GAMES, kind: 'supervisor', host: null, supervisor });
}

let seq = 0;

export function event(agoMs: number, fact: LedgerFact): LedgerEvent {
  return { ...fact, seq: ++seq, at: NOW - agoMs, t: NOW - agoMs };
}

/** A child of games that ended and was restarted, so long ago. */
export function restart(agoMs: number, decision: 'restart' | 'escalate' = 'restart', child = '7f3a') {
  const node = { id: `4121.0.${1000 + seq}`, lineage: `app/games/${child}`, incarnation: 1 };
  return [
    event(agoMs, { kind: 'exited', node, reason: 'TypeError: no board' }),
    event(agoMs, {
      kind: 'decided',
      node,
      by: GAMES,
      decision,
      restartsInPeriod: 1,
      intensity: 10,
      periodMs: 5000,
      affected: [],
    }),
  ];
}
