import type { Act } from '../../protocol/act.ts';
import type { Author } from '../../protocol/ledger.ts';
import type { Severity } from '../fleet/health.ts';
import type { TimelineRow } from '../store/timeline.ts';
import { duration } from '../ui/format.ts';

const PAST: Record<Act, string> = {
  kill: 'killed',
  stop: 'stopped',
  restart: 'restarted',
  suspend: 'suspended',
  resume: 'resumed',
  signal: 'signalled',
  break: 'broken off',
  'start-child': 'child started',
  delete: 'deleted',
};

/** What happened, in a word or two. */
export function whatWords(row: TimelineRow): string {
  switch (row.what) {
    case 'ended':
      if (row.act) return actWords(row, row.act);
      return row.decision?.decision === 'shutdown' ? 'shut down' : 'exited';
    case 'acted':
      return row.act ? PAST[row.act.act] : 'acted';
    case 'started':
      return 'started';
    case 'blocked':
      return 'loop blocked';
    case 'unblocked':
      return 'loop turns again';
    case 'straggler':
      return 'straggler';
    case 'start-failed':
      return 'start failed';
    case 'joined':
      return 'process joined';
    case 'left':
      return 'process left';
    case 'hub-restarted':
      return 'agent restarted';
    case 'refused':
      return row.act ? `${row.act.act} refused` : 'refused';
    case 'epoch':
      return 'new epoch';
    case 'orphans':
      return 'processes left behind';
    case 'previous-epoch':
      return 'the life before';
    case 'armed':
    case 'disarmed':
    case 'suspended':
    case 'resumed':
      return row.what;
    default:
      return row.what satisfies never;
  }
}

/** `killed` only once it has ended: until then it was asked for, and what ignores the asking is a straggler. */
function actWords({ reason, isStraggler }: TimelineRow, { act, outcome }: NonNullable<TimelineRow['act']>) {
  if (reason !== null) return PAST[act];
  if (isStraggler || outcome === 'straggler') return 'straggler';
  return outcome === null || outcome === 'not-recovered' ? `${act} asked` : PAST[act];
}

/** What the supervisor decided: `app/games restarts it, 1 of 1000 in 10 s`. */
export function decisionWords(row: TimelineRow): string {
  if (!row.decision) return '';
  const { decision, by, restartsInPeriod, intensity, periodMs, affected } = row.decision;
  const others = affected.length === 0 ? '' : `, and ${affected.length} more`;
  switch (decision) {
    case 'restart':
      return `${by.lineage} restarts it${others}, ${restartsInPeriod} of ${intensity} in ${duration(periodMs)}`;
    case 'no-restart':
      return `${by.lineage} does not restart it`;
    case 'escalate':
      return `${by.lineage} gives up: more than ${intensity} restarts in ${duration(periodMs)}`;
    case 'shutdown':
      return `${by.lineage} shuts down${others}`;
    default:
      return decision satisfies never;
  }
}

/** Who asked for it and why; else why it ended. */
export function byWhom(row: TimelineRow): string {
  if (row.act) return `${authorWords(row.act.author)}: ${row.act.reason}`;
  return row.by ? `${authorWords(row.by)}: ${row.reason ?? ''}` : '';
}

export function authorWords({ key, name }: Author): string {
  if (key === 'local') return name || 'this user';
  return name || key.slice(0, 16);
}

export function severityOfRow(row: TimelineRow): Severity {
  if (row.what === 'blocked' || row.what === 'start-failed' || row.decision?.decision === 'escalate')
    return 'bad';
  if (row.isStraggler || row.what === 'hub-restarted' || row.what === 'previous-epoch') return 'warn';
  return 'ok';
}
