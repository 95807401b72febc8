import { Pause } from 'lucide-react';
import { keysOf } from '../command/commands.ts';
import { now } from '../store/clock.ts';
import { togglePaused } from '../store/desk.ts';
import { paused } from '../store/pause.ts';
import { useValue } from '../store/value.ts';
import { Button } from './button.tsx';
import { age, clockTime, counted } from './format.ts';
import { Keys } from './keys.tsx';

/** Over the whole window while tree and timeline stand still: since when, and how much waits. */
export function PausedBar() {
  const state = useValue(paused);
  return (
    <>
      <p className="unseen" role="status">
        {state && 'Paused. What is shown stands still.'}
      </p>
      {state && <Bar since={state.since} waiting={state.waiting} />}
    </>
  );
}

function Bar({ since, waiting }: { since: number; waiting: number }) {
  const time = useValue(now);
  return (
    <section className="paused-bar" aria-label="Paused">
      <Pause size={14} aria-hidden />
      <p className="cut">
        <strong>Paused</strong> at {clockTime(since).slice(0, 8)}, {age(Math.max(0, time - since))} ago. What
        is shown stands still; acts do not.
      </p>
      <span className="spread" />
      <span className="paused-waiting">
        {waiting === 0 ? 'Nothing waits' : `${counted(waiting, 'change waits', 'changes wait')}`}
      </span>
      <Button onPress={togglePaused}>
        Live again <Keys chord={keysOf('pause')[0]!} />
      </Button>
    </section>
  );
}
