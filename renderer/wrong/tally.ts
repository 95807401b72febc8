import type { FindingView, FleetView, InstanceView } from '../../electron/ipc.ts';
import { instancesOf } from '../store/desk.ts';

/** What is wrong in numbers, and how far the look has come. */
export interface Tally {
  failed: number;
  warnings: number;
  /** Instances of which nothing is known yet. */
  waiting: number;
  /** Those that could not be looked into, by name. */
  notReached: string[];
}

export function tallyOf(view: FleetView | null): Tally {
  const instances = instancesOf(view);
  const findings = view?.findings ?? [];
  const failed = findings.filter(({ severity }) => severity === 'failed').length;
  return {
    failed,
    warnings: findings.length - failed,
    waiting: instances.filter(isWaiting).length,
    notReached: instances
      .filter((instance) => !isLookedInto(instance) && !isWaiting(instance))
      .map(({ name }) => name),
  };
}

/** It was asked for the first time and has not come to answer. */
function isWaiting({ state, error, heardAt }: InstanceView): boolean {
  return state === 'connecting' && error === null && heardAt === null;
}

function isLookedInto({ state }: InstanceView): boolean {
  return state === 'live' || state === 'stale';
}

/** Where a person stands in the list. */
export interface Chosen {
  id: string;
  index: number;
}

/**
 * The row that stays chosen while findings come and go: the same one wherever it stands now; where it is over, the one
 * that has taken its place.
 */
export function keptRow(findings: readonly FindingView[], chosen: Chosen | null): number {
  if (chosen === null || findings.length === 0) return -1;
  const at = findings.findIndex(({ id }) => id === chosen.id);
  return at === -1 ? Math.min(chosen.index, findings.length - 1) : at;
}
