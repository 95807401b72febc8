import type { PerchError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import type { InstanceInfo, TreeNode } from '../../protocol/tree.ts';
import type { InstanceState } from '../instance.ts';

/** `failed`: it is broken, or one more step breaks it. `warning`: it may come to that, or cannot be told. */
export type Severity = 'failed' | 'warning';

/** Something that is wrong now. */
export interface Finding {
  /** The same at every look for as long as it lasts. */
  id: string;
  /** The id of the rule that found it. */
  rule: string;
  severity: Severity;
  /** Key of the instance. */
  instance: string;
  /** Null: This computer. */
  environment: string | null;
  /** What it is about; null: the instance as a whole. */
  lineage: string | null;
  /** The incarnation, where it is about one. */
  node: string | null;
  /** Since when, milliseconds since 1970 by this side's clock; null where one look cannot tell. */
  since: number | null;
  /** What is wrong, without a subject: the instance and the lineage stand beside it. */
  sentence: string;
  /** Where to look next. */
  leadsTo: { tab: 'overview' | 'state' | 'stack' | 'history' };
}

/** All that a rule may look at of one instance; nothing is asked for it. */
export interface Seen {
  key: string;
  environment: string | null;
  service: string;
  state: InstanceState;
  /** Why it is not connected, and since when; null while it is, or while nothing is known yet. */
  failing: { error: PerchError; since: number | null } | null;
  /** When it was last heard; null: never. */
  heardAt: number | null;
  info: InstanceInfo | null;
  /** Those of note (of-note.ts). */
  nodes: readonly TreeNode[];
  /** The newest of this epoch, oldest first. */
  events: readonly LedgerEvent[];
  /** How far the agent's clock is ahead of this side's. */
  aheadMs: number;
}

/** The look that a rule is part of. */
export interface Look {
  /** Milliseconds since 1970 by this side's clock. */
  now: number;
  /** Every instance that is looked at. */
  all: readonly Seen[];
  /** What the look before found, by id; null: this is the only look. */
  before: ReadonlyMap<string, Finding> | null;
}

export interface Rule {
  readonly id: string;
  /** Two words or three, beside a finding. */
  readonly title: string;
  /** What it looks for, as it is said where nothing was found. */
  readonly looksFor: string;
  find(seen: Seen, look: Look): Finding[];
}

/** A finding about a node, or (null) about the instance. */
export function finding(
  rule: string,
  seen: Seen,
  about: { id: string; lineage: string } | null,
  rest: Pick<Finding, 'severity' | 'since' | 'sentence'> & { tab: Finding['leadsTo']['tab'] },
): Finding {
  const { tab, ...fields } = rest;
  return {
    id: [rule, seen.key, about?.id ?? ''].join(' ').trimEnd(),
    rule,
    instance: seen.key,
    environment: seen.environment,
    lineage: about?.lineage ?? null,
    node: about?.id ?? null,
    leadsTo: { tab },
    ...fields,
  };
}

/** What stands in its tree is how it is, or was a moment ago. */
export function isHeard({ state }: Seen): boolean {
  return state === 'live' || state === 'stale';
}
