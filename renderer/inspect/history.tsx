import type { TreeNode } from '../../protocol/tree.ts';
import { observedAt } from '../store/desk.ts';
import type { TimelineRow } from '../store/timeline.ts';
import { useValue } from '../store/value.ts';
import { byWhom, decisionWords, whatWords } from '../timeline/words.ts';
import { clockTime, duration } from '../ui/format.ts';

/** What happened to one lineage, newest first. */
export function HistoryTab({ instance, node }: { instance: string; node: TreeNode }) {
  const rows = useValue(observedAt(instance).timeline).filter((row) => concerns(row, node));
  if (rows.length === 0) {
    return <p className="inspect-note">Nothing has happened to it since Perch’s agent began to listen.</p>;
  }
  return (
    <ol className="history" aria-label={`History of ${node.name}`} tabIndex={0}>
      {rows.toReversed().map((row) => (
        <li key={row.id} className="history-item">
          <p className="history-head">
            <span className="code soft">{clockTime(row.at)}</span>
            <span>{whatWords(row)}</span>
            <span className="code">
              {row.successor
                ? `#${row.node.incarnation} → #${row.successor.incarnation}`
                : `#${row.node.incarnation}`}
            </span>
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
  );
}

function linesOf(row: TimelineRow): string[] {
  const reason = row.reason === whatWords(row) ? '' : (row.reason ?? '');
  return [reason, decisionWords(row), byWhom(row)].filter((words) => words !== '');
}

export function concerns(row: TimelineRow, node: TreeNode): boolean {
  const isOne = row.node.lineage === node.lineage;
  // Processes and threads may share a lineage; their ids tell them apart.
  if (node.kind === 'process' || node.kind === 'thread') return isOne && row.node.id === node.id;
  return isOne || row.decision?.by.lineage === node.lineage;
}
