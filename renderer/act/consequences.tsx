import type { Lost, LostAlong, LostPlace, LostState } from '../../protocol/act.ts';
import { Fact } from '../inspect/fact.tsx';
import { preview } from '../inspect/state-rows.ts';
import { budgetAfter } from '../inspect/supervisor/budget.ts';
import { BudgetBar } from '../inspect/supervisor/budget-bar.tsx';
import { counted, duration } from '../ui/format.ts';
import type { Story } from './story.ts';

/** What it took of the restart budget, whom it touched and whom not, and what was lost with it. */
export function Consequences({ story }: { story: Story }) {
  const { budget, affected, untouched, lost, lostAlong, audit, frames } = story;
  const rows = [
    budget && (
      <Fact key="budget" name="Budget">
        <span className="preview-budget" title={`of ${budget.by}`}>
          <BudgetBar budget={budgetAfter(budget)} label="Restarts left after it" />
          <span>
            {budget.before} → {budget.after} of {budget.intensity} in {duration(budget.periodMs)}
          </span>
        </span>
      </Fact>
    ),
    affected.length > 0 && (
      <Fact key="affected" name="With it">
        {affected.slice(0, 6).join(', ')}
        {affected.length > 6 && ` and ${affected.length - 6} more`}
      </Fact>
    ),
    untouched && untouched.of > 0 && (
      <Fact key="untouched" name="Untouched">
        <span className={untouched.of - untouched.same > affected.length ? 'bad' : ''}>
          {untouched.same} of {counted(untouched.of, 'sibling')}
        </span>
      </Fact>
    ),
    lost?.backlog && (
      <Fact key="backlog" name="Backlog">
        {lost.backlog.before} → {lost.backlog.after} {lost.backlog.word}
        {lost.backlog.vanished > 0 && <strong>, {lost.backlog.vanished} vanished</strong>}
      </Fact>
    ),
    lost?.state && (
      <Fact key="state" name="State">
        <StateLost state={lost.state} />
      </Fact>
    ),
    lostAlong && (
      <Fact key="along" name="Lost too">
        <AlongLost along={lostAlong} />
      </Fact>
    ),
    audit && (
      <Fact key="audit" name="Audit">
        <span title={`The audit log up to record ${audit.seq} has this hash: ${audit.hash}`}>
          record {audit.seq} <span className="code">{audit.hash.slice(0, 12)}</span>
        </span>
      </Fact>
    ),
    frames.length > 1 && (
      <Fact key="frames" name="Stack">
        <pre className="act-frames">{frames.slice(0, 12).join('\n')}</pre>
      </Fact>
    ),
  ].filter(Boolean);
  return rows.length > 0 && <dl className="facts act-facts">{rows}</dl>;
}

/** A line each: what stood in it is in the timeline's line of that worker. */
function AlongLost({ along: { workers, more } }: { along: LostAlong }) {
  return (
    <ul className="lost-places" aria-label="Lost with others">
      {workers.map(({ lineage, lost }) => (
        <li key={lineage} className="lost-place" title={lineage}>
          <span className="lost-path cut">
            <bdi dir="ltr">{lineage}</bdi>
          </span>
          <span className="cut">{lostWords(lost)}</span>
        </li>
      ))}
      {more > 0 && <li>{more} more were not looked at</li>}
    </ul>
  );
}

function lostWords({ state, backlog }: Lost): string {
  const words = [
    state && (countWords(state) || (state.why ?? 'as it was before')),
    backlog && `${backlog.vanished} of ${backlog.before} ${backlog.word} vanished`,
  ];
  return words.filter(Boolean).join('; ');
}

function countWords({ gone, changed, added }: LostState): string {
  const words = [
    gone > 0 && `${gone} gone`,
    changed > 0 && `${changed} changed`,
    added > 0 && `${added} added`,
  ];
  return words.filter(Boolean).join(', ');
}

/** Of the places that differ the first are shown. */
const SHOWN = 5;

function StateLost({ state }: { state: LostState }) {
  const { places, isPartial, why } = state;
  return (
    <>
      <p>
        {countWords(state) || 'as it was before'}
        {isPartial && <span className="warn"> in part{why && `: ${why}`}</span>}
      </p>
      {places.length > 0 && (
        <ul className="lost-places" aria-label="Places that differ">
          {places.slice(0, SHOWN).map((place) => (
            <Place key={place.path} place={place} />
          ))}
        </ul>
      )}
    </>
  );
}

function Place({ place: { path, change, before, after } }: { place: LostPlace }) {
  const was = before === undefined ? '' : preview(before, 28).text;
  const is = after === undefined ? '' : preview(after, 28).text;
  const words =
    change === 'gone' ? was || 'was there' : change === 'added' ? is || 'is new' : `${was} → ${is}`;
  return (
    <li className="lost-place" title={`${path} ${change}: ${words}`}>
      <span className="lost-path cut">
        <bdi dir="ltr">{path}</bdi>
      </span>
      <span className={`cut is-${change}`}>{change === 'changed' && was === '' ? 'changed' : words}</span>
    </li>
  );
}
