import type { FleetView } from '../../electron/ipc.ts';
import { fleet } from '../store/desk.ts';
import { useValue } from '../store/value.ts';
import { counted } from '../ui/format.ts';
import { Trouble } from '../ui/trouble.tsx';
import { Findings } from './findings.tsx';
import { type Tally, tallyOf } from './tally.ts';

/** What is wrong now, over all instances: the first page of a fleet. */
export function WrongPage() {
  const view = useValue(fleet);
  if (!view) return null;
  const tally = tallyOf(view);
  return (
    <section className="wrong" data-pane="wrong" aria-label="What is wrong now">
      <header className="wrong-head">
        <h1>What is wrong now</h1>
        {view.findings.length > 0 && (
          <p className="soft" role="status">
            {summary(view, tally)}
          </p>
        )}
      </header>
      {view.inventory.error && <Trouble error={view.inventory.error} />}
      {view.findings.length > 0 ? <Findings view={view} /> : <Nothing view={view} tally={tally} />}
      {view.findings.length > 0 && <NotLookedInto tally={tally} />}
    </section>
  );
}

/** How bad it is, and by how many that is known. */
function summary({ checked }: FleetView, { failed, warnings }: Tally): string {
  const parts: string[] = [];
  if (failed > 0) parts.push(`${failed} failed`);
  if (warnings > 0) parts.push(counted(warnings, 'warning'));
  const looked =
    checked.instances === checked.of
      ? counted(checked.of, 'instance')
      : `${checked.instances} of ${counted(checked.of, 'instance')}`;
  return `${parts.join(', ')} · ${looked} checked`;
}

/** Calm, and never more sure than it can be. */
function Nothing({ view: { checked }, tally }: { view: FleetView; tally: Tally }) {
  const isAsking = tally.waiting > 0;
  return (
    // Where it has no room it scrolls, and keys have to get there.
    <section className="wrong-nothing" aria-label="What is checked" tabIndex={0}>
      <div role="status">
        <h2>
          {isAsking
            ? `Asking: ${checked.instances} of ${counted(checked.of, 'instance')} have answered`
            : 'Nothing is wrong'}
        </h2>
      </div>
      <p className="soft">
        {isAsking
          ? 'Nothing is wrong with those that have. All are checked for'
          : `${counted(checked.instances, 'instance')} ${checked.instances === 1 ? 'is' : 'are'} checked all the time for`}
      </p>
      <ul className="wrong-rules soft">
        {checked.rules.map(({ id, looksFor }) => (
          <li key={id}>{looksFor}</li>
        ))}
      </ul>
    </section>
  );
}

/** Under the list: of whom the list cannot speak. */
function NotLookedInto({ tally: { waiting, notReached } }: { tally: Tally }) {
  if (waiting === 0 && notReached.length === 0) return null;
  const named = notReached.slice(0, NAMED).join(', ');
  const more = notReached.length - NAMED;
  return (
    <footer className="wrong-foot soft">
      {notReached.length > 0 && (
        <p>
          Could not be looked into: {named}
          {more > 0 && ` and ${more} more`}.
        </p>
      )}
      {waiting > 0 && <p role="status">{counted(waiting, 'instance')} not asked to the end yet.</p>}
    </footer>
  );
}

/** A line has room for so many. */
const NAMED = 8;
