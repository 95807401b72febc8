import type { ActDocument, Outcome } from '../../protocol/act.ts';
import { type Clock, pause } from '../clock.ts';
import { type Distribution, distributionOf } from './distribution.ts';

export interface SeriesPlan {
  times: number;
  /** The beats on which an act may begin; one that is missed is left out. */
  everyMs: number;
  /** T of each act. */
  timeoutMs: number;
}

export interface Series {
  acts: ActDocument[];
  distribution: Distribution;
  /** Why it ended before its time; null when it did not. */
  endedEarly: string | null;
}

/**
 * The same act again and again, each once the one before has recovered and the next beat has come. `act` finds the
 * incarnation of the moment; null: there is none any more. Ends with the act under way when `stop` aborts, and where
 * another one could not tell anything: its supervisor gave up, or it is refused.
 */
export async function runSeries(
  { times, everyMs, timeoutMs }: SeriesPlan,
  act: (index: number) => Promise<ActDocument | null>,
  { clock, stop }: { clock: Clock; stop: AbortSignal },
): Promise<Series> {
  const acts: ActDocument[] = [];
  const startedAt = clock.monotonic();
  let endedEarly: string | null = null;
  while (acts.length < times && endedEarly === null) {
    if (stop.aborted) {
      endedEarly = `ended by hand after ${acts.length} of ${times}`;
      break;
    }
    const document = await act(acts.length);
    if (document) acts.push(document);
    endedEarly = document ? whyEnds(document, acts.length, times) : 'nothing of that lineage runs any more';
    if (endedEarly !== null || acts.length === times) break;
    const sinceStart = clock.monotonic() - startedAt;
    await pause(clock, everyMs - (sinceStart % everyMs), stop);
  }
  const distribution = distributionOf(acts.filter(wasCarriedOut).map(recoveryMs), timeoutMs);
  return { acts, distribution, endedEarly };
}

/**
 * With probes until all was steady again, else until the successor was ready. Null where nothing came back for it, also
 * when all beside it held.
 */
export function recoveryMs({ outcome, phases }: ActDocument): number | null {
  const ms = phases.recoveredMs === undefined ? phases.readyMs : phases.recoveredMs;
  return NOT_RECOVERED.has(outcome) ? null : ms;
}

const NOT_RECOVERED: ReadonlySet<Outcome> = new Set(['not-recovered', 'escalated', 'straggler']);

const wasCarriedOut = ({ outcome }: ActDocument): boolean => outcome !== 'refused' && outcome !== 'gone';

function whyEnds({ outcome, words }: ActDocument, done: number, times: number): string | null {
  if (done === times) return null;
  switch (outcome) {
    case 'escalated':
    case 'refused':
    case 'not-restarted':
      return `ended after ${done} of ${times}: ${words}`;
    default:
      return null;
  }
}
