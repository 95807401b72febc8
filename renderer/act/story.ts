import type {
  Act,
  ActDocument,
  ActProgress,
  AuditHead,
  Budget,
  Lost,
  LostAlong,
  Outcome,
} from '../../protocol/act.ts';
import type { PerchError } from '../../protocol/errors.ts';
import type { Author } from '../../protocol/ledger.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { ActDetails, ActRun } from '../store/acts.ts';
import type { TimelineRow } from '../store/timeline.ts';
import { decisionWords, whatWords } from '../timeline/words.ts';
import { titleOf } from '../tree/words.ts';
import { ACT_WORDS } from './rules.ts';

/** One act or exit from its cause to its end, as its card tells it: by this window, or read off the ledger. */
export interface Story {
  title: string;
  subject: string;
  incarnation: number;
  /** Incarnation of its successor; null: there is none, or not yet. */
  successor: number | null;
  /** Milliseconds since the first; null where it was not reached. */
  steps: { name: string; atMs: number | null; words?: string }[];
  isOver: boolean;
  isBad: boolean;
  words: string;
  by: Author | null;
  reason: string | null;
  budget: Budget | null;
  affected: string[];
  untouched: ActDocument['untouched'] | null;
  lost: Lost | null;
  lostAlong: LostAlong | null;
  audit: AuditHead | null;
  /** The stack of the error it ended with. */
  frames: readonly string[];
  error: PerchError | null;
  /** It was refused as it may harm more than was asked for; it can be asked for all the same. */
  inSpiteOf: { act: Act; instance: string; node: string; inSpiteOf: string; details: ActDetails } | null;
}

const PHASES = ['accepted', 'exited', 'decided', 'started', 'ready'] as const;

const OUTCOMES: Record<Outcome, string> = {
  restarted: 'Restarted.',
  'not-restarted': 'Ended, and not restarted.',
  escalated: 'Its supervisor gave up.',
  straggler: 'It was told to end and still runs.',
  gone: 'That incarnation had already ended.',
  refused: 'Refused. Nothing was done.',
  'not-recovered': 'No successor was ready in time.',
  done: 'Done.',
};

const GOOD: ReadonlySet<Outcome> = new Set(['restarted', 'not-restarted', 'done']);

/** An act of this window: what is pushed while it runs, then its document. */
export function storyOfRun(run: ActRun): Story {
  const { ended, error, progress, node } = run;
  return {
    title: ACT_WORDS[run.act].title,
    subject: titleOf(node),
    incarnation: node.incarnation,
    successor: ended?.successor?.incarnation ?? null,
    steps: stepsOfRun(run),
    isOver: ended !== null || error !== null,
    isBad: error !== null || (ended !== null && !GOOD.has(ended.outcome)),
    words: outcomeWords(run),
    by: null,
    reason: run.reason,
    budget: ended?.budget ?? null,
    affected: ended?.affected.map(({ lineage }) => lineage) ?? [],
    untouched: ended?.untouched ?? null,
    lost: ended?.lost ?? null,
    lostAlong: ended?.lostAlong ?? null,
    audit: ended?.audit ?? progress.find(({ audit }) => audit)?.audit ?? null,
    frames: [],
    error,
    inSpiteOf:
      ended?.error?.facts.canForce === true
        ? {
            act: run.act,
            instance: run.instance,
            node: node.id,
            inSpiteOf: ended.error.message,
            details: run.details,
          }
        : null,
  };
}

function stepsOfRun({ progress, ended }: ActRun): Story['steps'] {
  const steps: Story['steps'] = PHASES.map((name) => {
    const step = progress.find(({ phase }) => phase === name);
    return { name, atMs: reachedMs(name, step, ended), words: step?.words };
  });
  // An act that ends nothing has no phases beyond its being accepted.
  if (ended && steps.slice(1).every(({ atMs }) => atMs === null)) return [];
  const recoveredMs = ended?.phases.recoveredMs;
  return recoveredMs === undefined ? steps : [...steps, { name: 'steady', atMs: recoveredMs }];
}

function reachedMs(
  name: ActProgress['phase'],
  step: ActProgress | undefined,
  ended: ActDocument | null,
): number | null {
  if (step) return step.afterMs;
  if (!ended) return null;
  return name === 'accepted' ? 0 : ended.phases[`${name}Ms`];
}

function outcomeWords({ ended, error, progress }: ActRun): string {
  if (error) return 'It failed.';
  if (!ended) return progress.at(-1)?.words ?? 'Asked.';
  const clock = ended.clock === 'client' ? ' Times are by this computer’s clock.' : '';
  return `${OUTCOMES[ended.outcome]} ${ended.words}${clock}`;
}

/** Whether a line of the timeline has more to tell than fits it. */
export function hasStory({ what }: TimelineRow): boolean {
  return what === 'ended' || what === 'acted' || what === 'refused';
}

/** An act of anybody, or an exit that nobody asked for, as the ledger has it. `kind` as the tree shows the node. */
export function storyOfRow(row: TimelineRow, node: Pick<TreeNode, 'kind' | 'name'> | null): Story {
  const { act, decision, phases, successor, lost } = row;
  const first = phases.accepted ?? phases.exited ?? phases.decided ?? 0;
  const names = phases.accepted === null ? PHASES.slice(1) : PHASES;
  const isBad = act?.outcome != null ? !GOOD.has(act.outcome) : decision?.decision === 'escalate';
  return {
    title: act ? ACT_WORDS[act.act].title : 'Exit',
    subject: titleOf({ kind: 'worker', name: '', ...node, lineage: row.node.lineage }),
    incarnation: row.node.incarnation,
    successor: successor?.incarnation ?? null,
    steps:
      row.what === 'ended'
        ? names.map((name) => ({ name, atMs: phases[name] === null ? null : phases[name] - first }))
        : [],
    isOver: act ? act.outcome !== null : row.tookMs !== null || decision?.decision !== 'restart',
    isBad: isBad || row.isStraggler,
    words: rowWords(row),
    by: act?.author ?? row.by,
    reason: act?.reason ?? null,
    budget: act?.budget ?? (decision?.decision === 'restart' ? budgetOf(decision) : null),
    affected: decision?.affected.map(({ lineage }) => lineage) ?? [],
    untouched: act?.untouched ?? null,
    lost,
    // Each of those has a line of its own.
    lostAlong: null,
    audit: act?.audit ?? null,
    frames: row.frames,
    error: null,
    inSpiteOf: null,
  };
}

function rowWords(row: TimelineRow): string {
  const { act } = row;
  if (act?.outcome) return `${OUTCOMES[act.outcome]} ${act.words ?? ''}`.trim();
  const what = act ? whatWords(row) : (row.reason ?? whatWords(row));
  return [what, decisionWords(row)].filter(Boolean).join('; ');
}

function budgetOf({
  by,
  restartsBefore,
  restartsInPeriod,
  intensity,
  periodMs,
}: NonNullable<TimelineRow['decision']>): Budget {
  const before = restartsBefore ?? Math.max(0, restartsInPeriod - 1);
  return { by: by.lineage, intensity, periodMs, before, after: restartsInPeriod };
}
