import { X } from 'lucide-react';
import type { ActProgress, Outcome } from '../../protocol/act.ts';
import { type ActRun, act } from '../store/acts.ts';
import { useValue } from '../store/value.ts';
import { titleOf } from '../tree/words.ts';
import { IconButton } from '../ui/button.tsx';
import { duration } from '../ui/format.ts';
import { Trouble } from '../ui/trouble.tsx';
import { ACT_WORDS } from './rules.ts';

const PHASES = ['accepted', 'exited', 'decided', 'started', 'ready'] as const;

/** The last act of this person: its phases as they happen, and how it ended. */
export function ActCard() {
  const run = useValue(act);
  if (!run) return null;
  const { title } = ACT_WORDS[run.act];
  return (
    <section className="act-card" aria-label={`${title} ${run.node.lineage}`}>
      <header className="act-head">
        <h2 className="cut">
          {title} {titleOf(run.node)}{' '}
          <span className="code soft">
            #{run.node.incarnation}
            {run.ended?.successor && ` → #${run.ended.successor.incarnation}`}
          </span>
        </h2>
        <span className="spread" />
        <IconButton label="Put away" icon={X} onPress={() => act.set(null)} />
      </header>
      <ol className="phases" aria-label="Phases">
        {PHASES.map((phase) => (
          <Phase key={phase} phase={phase} run={run} />
        ))}
      </ol>
      <p className={`act-outcome${isBad(run) ? ' bad' : ''}`} role="status">
        {outcomeWords(run)}
      </p>
      {run.error && <Trouble error={run.error} />}
    </section>
  );
}

function Phase({ phase, run }: { phase: (typeof PHASES)[number]; run: ActRun }) {
  const at = reachedMs(phase, run);
  const step = run.progress.find((each) => each.phase === phase);
  return (
    <li className={`phase${at === null ? ' is-open' : ''}`} title={step?.words}>
      <span className="phase-name">{phase}</span>
      <span className="phase-time">{at === null ? '–' : duration(at)}</span>
    </li>
  );
}

/** Milliseconds since it was accepted; null while it is not reached. */
function reachedMs(phase: ActProgress['phase'], { progress, ended }: ActRun): number | null {
  const step = progress.find((each) => each.phase === phase);
  if (step) return step.afterMs;
  return ended && phase !== 'accepted' ? ended.phases[`${phase}Ms`] : null;
}

const OUTCOMES = {
  restarted: 'Restarted.',
  'not-restarted': 'Ended, and not restarted.',
  escalated: 'Its supervisor gave up.',
  straggler: 'It was told to end and still runs.',
  gone: 'That incarnation had already ended.',
  refused: 'Refused. Nothing was done.',
  'not-recovered': 'No successor was ready in time.',
  done: 'Done.',
} as const;

function outcomeWords({ ended, error, progress }: ActRun): string {
  if (error) return 'It failed.';
  if (!ended) return progress.at(-1)?.words ?? 'Asked.';
  const clock = ended.clock === 'client' ? ' Times are by this computer’s clock.' : '';
  return `${OUTCOMES[ended.outcome]} ${ended.words}${clock}`;
}

const GOOD: ReadonlySet<Outcome> = new Set(['restarted', 'not-restarted', 'done']);

function isBad({ ended, error }: ActRun): boolean {
  return error !== null || (ended !== null && !GOOD.has(ended.outcome));
}
