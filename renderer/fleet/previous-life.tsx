import { X } from 'lucide-react';
import { useState } from 'react';
import type { PreviousEpoch } from '../../protocol/ledger.ts';
import { observedAt } from '../store/desk.ts';
import { show, useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { authorWords } from '../timeline/words.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { age, dateTime } from '../ui/format.ts';

/** How the life of this instance before this one ended, as its black box says; null where nothing is known of it. */
export function usePreviousLife(instance: string): PreviousEpoch | null {
  const { timeline, fold } = observedAt(instance);
  useValue(timeline);
  return fold.previous;
}

/** Above the tree until it is put away: the service had another life, and ended. */
export function PreviousLifeBanner({ instance }: { instance: string }) {
  const previous = usePreviousLife(instance);
  const dismissed = useInterface((state) => state.dismissed);
  const [isOpen, setOpen] = useState(false);
  if (!previous || dismissed.has(previous.epoch)) return null;
  return (
    <div className="previous-life" role="status">
      <div className="previous-head">
        <p className="selectable">
          <strong>The life before:</strong> {previous.words}
        </p>
        {previous.frames.length > 0 && (
          <Button look="bare" onPress={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide its stack' : 'Its last stack'}
          </Button>
        )}
        <IconButton
          label="Put away"
          icon={X}
          onPress={() => show({ dismissed: new Set([...dismissed, previous.epoch]) })}
        />
      </div>
      {isOpen && <Frames previous={previous} />}
    </div>
  );
}

/** The same with all that is known, among the facts of the instance. */
export function PreviousLifeFacts({ instance }: { instance: string }) {
  const previous = usePreviousLife(instance);
  if (!previous) return null;
  const { words, diedAt, pid, code, act, epoch, blockedMs, frames } = previous;
  const rows: [string, string, boolean?][] = [
    ['Ended', dateTime(diedAt)],
    ['How', words],
    ['Process', `pid ${pid}${code === null ? '' : `, exit code ${code}`}`],
  ];
  if (blockedMs !== null) rows.push(['Its loop', `stood still for ${age(blockedMs)} by then`]);
  if (act) rows.push(['Asked by', `${authorWords(act.author)}: ${act.reason}`]);
  rows.push(['Epoch', epoch, true]);
  return (
    <section className="inspect-section" aria-label="The life before">
      <h3 className="section-head">The life before</h3>
      <dl className="facts is-inner">
        {rows.map(([name, text, isCode]) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd className={isCode ? 'selectable code' : 'selectable'}>{text}</dd>
          </div>
        ))}
      </dl>
      {frames.length > 0 && <Frames previous={previous} />}
    </section>
  );
}

function Frames({ previous: { frames } }: { previous: PreviousEpoch }) {
  return (
    <ol className="previous-frames selectable" aria-label="Its last stack">
      {frames.slice(0, 20).map((frame, index) => (
        <li key={index}>{frame}</li>
      ))}
    </ol>
  );
}
