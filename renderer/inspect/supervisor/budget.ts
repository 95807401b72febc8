import type { Budget } from '../../../protocol/act.ts';
import type { SupervisorFacts } from '../../../protocol/tree.ts';
import type { Severity } from '../../fleet/health.ts';

/** A supervisor's restart budget at one moment. */
export interface BudgetNow {
  /** Restarts it may still do in its period before it gives up. */
  left: number;
  of: number;
  /** How far the next one has come back, 0 to 1; null while none is on its way. */
  refill: number | null;
  refillInMs: number | null;
  severity: Severity;
}

/**
 * What is left just now: between two samples the oldest restart leaves the period by itself, at `nextRefillAt`.
 * `agentNow` is the agent's time of day, in milliseconds since 1970.
 */
export function budgetNow(facts: SupervisorFacts, agentNow: number): BudgetNow {
  const { intensity, periodMs, nextRefillAt } = facts;
  const isBack = nextRefillAt != null && agentNow >= nextRefillAt;
  const spent = Math.max(0, facts.restartsInPeriod - (isBack ? 1 : 0));
  const left = Math.max(0, intensity - spent);
  const refillInMs = nextRefillAt == null || isBack || spent === 0 ? null : nextRefillAt - agentNow;
  return {
    left,
    of: intensity,
    refill: refillInMs === null ? null : Math.min(1, Math.max(0, 1 - refillInMs / periodMs)),
    refillInMs,
    severity: severityOf(left, spent, intensity),
  };
}

/** Calm until it is nearly gone. */
function severityOf(left: number, spent: number, of: number): Severity {
  if (spent === 0) return 'ok';
  if (left === 0) return 'bad';
  return left <= Math.max(1, of / 5) ? 'warn' : 'ok';
}

/** What is left once a decision was made. */
export function budgetAfter({ intensity, before, after }: Budget): BudgetNow {
  const left = Math.max(0, intensity - after);
  const spent = after > before ? after : 0;
  return {
    left,
    of: intensity,
    refill: null,
    refillInMs: null,
    severity: severityOf(left, spent, intensity),
  };
}
