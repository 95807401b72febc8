import { X } from 'lucide-react';
import { act, runOf } from '../store/acts.ts';
import { openedRow } from '../store/card.ts';
import { observedAt } from '../store/desk.ts';
import { show } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { authorWords } from '../timeline/words.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Trouble } from '../ui/trouble.tsx';
import { Consequences } from './consequences.tsx';
import { Phases } from './phases.tsx';
import { type Story, storyOfRow, storyOfRun } from './story.ts';

/** The line of the timeline that was opened; else the last act of this window. */
export function ActCard() {
  const run = useValue(act);
  const opened = useValue(openedRow);
  if (opened) return <OfRow key={`${opened.instance} ${opened.row}`} {...opened} />;
  return run && <Card story={storyOfRun(run)} onClose={() => act.set(null)} />;
}

function OfRow({ instance, row: id }: { instance: string; row: string }) {
  const { tree, timeline } = observedAt(instance);
  const row = useValue(timeline).find((each) => each.id === id);
  if (!row) return null;
  // What this window did itself it knows better than the ledger tells.
  const own = row.act && runOf(row.act.call);
  const story = storyOfRow(row, tree.node(row.node.id));
  return (
    <Card
      story={own?.ended ? { ...storyOfRun(own), by: story.by } : story}
      onClose={() => openedRow.set(null)}
    />
  );
}

function Card({ story, onClose }: { story: Story; onClose: () => void }) {
  const { title, subject, incarnation, successor, words, by, reason, error, inSpiteOf } = story;
  return (
    <section className="act-card" aria-label={`${title} ${subject}`}>
      <header className="act-head">
        <h2 className="cut" title={`${title} ${subject}`}>
          {title} {subject}{' '}
          <span className="code soft">
            #{incarnation}
            {successor !== null && ` → #${successor}`}
          </span>
        </h2>
        <span className="spread" />
        <IconButton label="Put away" icon={X} onPress={onClose} />
      </header>
      <div className="act-body" tabIndex={0} role="group" aria-label="What it did">
        <Phases story={story} />
        <p className={`act-outcome${story.isBad ? ' bad' : ''}`} role="status">
          {words}
        </p>
        {reason !== null && (
          <p className="soft selectable">{by ? `${authorWords(by)}: ${reason}` : `Reason: ${reason}`}</p>
        )}
        <Consequences story={story} />
        {inSpiteOf && (
          <div>
            <Button onPress={() => show({ asked: inSpiteOf })}>Do it all the same…</Button>
          </div>
        )}
        {error && <Trouble error={error} />}
      </div>
    </section>
  );
}
