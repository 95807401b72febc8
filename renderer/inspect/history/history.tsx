import { useId, useState } from 'react';
import type { TreeNode } from '../../../protocol/tree.ts';
import { hasStory } from '../../act/story.ts';
import { openedRow } from '../../store/card.ts';
import { observedAt } from '../../store/desk.ts';
import { isAlive } from '../../store/row-keys.ts';
import type { TimelineRow } from '../../store/timeline.ts';
import { useValue } from '../../store/value.ts';
import { byWhom, decisionWords, whatWords } from '../../timeline/words.ts';
import { clockTime, counted, duration } from '../../ui/format.ts';
import { concerns } from './concerns.ts';
import { Distribution } from './distribution.tsx';
import { LivesStrip } from './lives-strip.tsx';

/** Lines shown; older ones are in the timeline. */
const MAX_LINES = 200;

/** What happened to one lineage: its lives, how long its restarts took, and each event, newest first. */
export function HistoryTab({ instance, node }: { instance: string; node: TreeNode }) {
  const { timeline, fold } = observedAt(instance);
  const all = useValue(timeline);
  const rows = all.filter((row) => concerns(row, node));
  const [active, setActive] = useState<string | null>(null);
  const base = useId();
  const isSupervised = node.kind === 'worker' || node.kind === 'supervisor';
  const goTo = (row: string) => {
    setActive(row);
    document.getElementById(`${base}-${row}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <div className="history-tab" tabIndex={0} role="region" aria-label={`All of ${node.name}`}>
      {isSupervised && <LivesStrip rows={all} node={node} onOpen={goTo} />}
      {isSupervised && <Distribution rows={rows} node={node} />}
      {rows.length === 0 ? (
        <p className="inspect-note">
          {isAlive(node)
            ? 'Nothing has happened to it since Perch’s agent began to listen.'
            : 'The ledger says nothing of it any more.'}
        </p>
      ) : (
        <Lines isCut={fold.isCut} base={base} instance={instance} node={node} rows={rows} active={active} />
      )}
    </div>
  );
}

interface LinesProps {
  base: string;
  instance: string;
  node: TreeNode;
  rows: readonly TimelineRow[];
  active: string | null;
  /** What happened before is not known here. */
  isCut: boolean;
}

function Lines({ base, instance, node, rows, active, isCut }: LinesProps) {
  const shown = rows.slice(-MAX_LINES).toReversed();
  return (
    <>
      <ol className="history" aria-label={`History of ${node.name}`}>
        {shown.map((row) => (
          <li
            key={row.id}
            id={`${base}-${row.id}`}
            className={`history-item${row.id === active ? ' is-active' : ''}`}
          >
            <p className="history-head">
              <span className="code soft">{clockTime(row.at)}</span>
              <span>{whatWords(row)}</span>
              <Lives instance={instance} row={row} />
              {row.tookMs !== null && <span className="history-took">{duration(row.tookMs)}</span>}
            </p>
            {linesOf(row).map((words) => (
              <p key={words} className="soft selectable">
                {words}
              </p>
            ))}
          </li>
        ))}
      </ol>
      {isCut && rows.length === shown.length && (
        <p className="inspect-note is-torn">What happened before is not in the ledger any more.</p>
      )}
      {rows.length > shown.length && (
        <p className="inspect-note">
          {counted(rows.length - shown.length, 'older event is', 'older events are')} in the timeline.
        </p>
      )}
    </>
  );
}

/** Which life it was; where there is more to tell, it opens the card. */
function Lives({ instance, row }: { instance: string; row: TimelineRow }) {
  const { node, successor } = row;
  const words = successor ? `#${node.incarnation} → #${successor.incarnation}` : `#${node.incarnation}`;
  if (!hasStory(row)) return <span className="code">{words}</span>;
  return (
    <button
      type="button"
      className="link code"
      title="What it did"
      aria-label={`What it did: ${words}`}
      onClick={() => openedRow.set({ instance, row: row.id })}
    >
      {words}
    </button>
  );
}

function linesOf(row: TimelineRow): string[] {
  const reason = row.reason === whatWords(row) ? '' : (row.reason ?? '');
  return [reason, decisionWords(row), byWhom(row)].filter((words) => words !== '');
}
