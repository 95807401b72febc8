import type { Series } from '../../client/experiment/series.ts';
import type { Session } from '../../client/session.ts';
import type { Act, ActDocument } from '../../protocol/act.ts';
import { asPerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { findNode } from '../commands/tree.ts';
import type { Reached } from '../connection.ts';
import type { Output } from '../output.ts';
import { distributionText } from '../text/distribution.ts';
import { duration } from '../text/figures.ts';
import { oneLine } from '../text/plain.ts';
import { armFor, type Measure } from './measure.ts';
import { actDocument, exitCodeOf, NOT_RECOVERED } from './outcome.ts';

export interface SeriesOptions {
  act: Act;
  reason: string;
  times: number;
  everyMs: number;
  timeoutMs: number | undefined;
}

/**
 * The same act on whatever incarnation of the lineage lives, again and again. Ctrl-C ends it after the act under way,
 * and what there is by then is still told.
 */
export async function runActs(
  reached: Reached,
  lineage: string,
  measure: Measure,
  options: SeriesOptions,
  { out, signal }: { out: Output; signal: AbortSignal },
): Promise<number> {
  const { runSeries } = await import('../../client/experiment/series.ts');
  const { systemClock } = await import('../../client/clock.ts');
  const { times, everyMs, timeoutMs = LIMITS.callMs } = options;
  const sessions = new Sessions(reached);
  try {
    const series = await runSeries(
      { times, everyMs, timeoutMs },
      async (index) => {
        const document = await actOnce(reached, sessions, lineage, measure, options);
        if (document) out.text(progressText(document, index + 1, times, out));
        return document;
      },
      { clock: systemClock, stop: signal },
    );
    await report(series, options, out);
    return exitCodeOfSeries(series);
  } finally {
    sessions.close();
  }
}

/** Null where none of the lineage lives any more. */
async function actOnce(
  reached: Reached,
  sessions: Sessions,
  lineage: string,
  measure: Measure,
  { act, reason, timeoutMs }: SeriesOptions,
): Promise<ActDocument | null> {
  const { runAct } = await import('../../client/act.ts');
  const session = await sessions.open(timeoutMs);
  const node = await currentOf(session, lineage, timeoutMs);
  if (!node) return null;
  const request = { act, node, epoch: session.hello.instance.epoch, reason, timeoutMs };
  const link = { session, connect: reached.connect, arm: { reason, forMs: armFor(timeoutMs) } };
  return measure.run((onProgress) => runAct(request, link, { onProgress }));
}

async function currentOf(
  session: Session,
  lineage: string,
  timeoutMs: number | undefined,
): Promise<TreeNode | null> {
  const signal = AbortSignal.timeout(timeoutMs ?? LIMITS.callMs);
  try {
    const { node } = await findNode(session, lineage, { signal, timeoutMs });
    return node.endedAt === null ? node : null;
  } catch (thrown) {
    if (asPerchError(thrown).code === 'NO_SUCH_NODE') return null;
    throw thrown;
  }
}

/** The session to begin with; another one where an act took it along. */
class Sessions {
  readonly #reached: Reached;
  #session: Session;
  #isOpen = true;

  constructor(reached: Reached) {
    this.#reached = reached;
    this.#session = reached.session;
    this.#watch();
  }

  async open(timeoutMs: number | undefined): Promise<Session> {
    if (this.#isOpen) return this.#session;
    this.#session = await this.#reached.connect({ timeoutMs });
    this.#isOpen = true;
    this.#watch();
    return this.#session;
  }

  close(): void {
    this.#session.close();
  }

  #watch(): void {
    const session = this.#session;
    void session.closed.then(() => {
      if (session === this.#session) this.#isOpen = false;
    });
  }
}

function progressText(document: ActDocument, count: number, times: number, out: Output): string {
  const { outcome, phases, successor, budget } = document;
  const word = exitCodeOf(outcome) === 0 ? outcome : out.paint.trouble(outcome);
  const ms = (name: string, value: number | null | undefined) =>
    typeof value === 'number' ? [`${name} ${duration(value)}`] : [];
  return [
    `${String(count).padStart(String(times).length)}/${times}  ${word}`,
    ...(successor ? [`#${document.target.incarnation} → #${successor.incarnation}`] : []),
    ...ms('ready', phases.readyMs),
    ...ms('steady', phases.recoveredMs),
    ...(budget ? [`restart ${budget.after} of ${budget.intensity}`] : []),
    ...(successor ? [] : [oneLine(document.words)]),
  ].join('  ');
}

async function report(
  { acts, distribution, endedEarly }: Series,
  { times }: SeriesOptions,
  out: Output,
): Promise<void> {
  const { ENOUGH } = await import('../../client/experiment/distribution.ts');
  out.document({ acts: acts.map(actDocument), distribution, endedEarly });
  out.text(`${acts.length} of ${times} done`);
  if (endedEarly) out.text(out.paint.caution(oneLine(endedEarly)));
  for (const line of distributionText(distribution, ENOUGH, out.paint)) out.text(line);
}

/** That of what was refused or gone, else 6 where anything did not recover, else 1 where it ended before its time. */
export function exitCodeOfSeries({ acts, distribution, endedEarly }: Series): number {
  const last = acts.at(-1);
  if (last?.error) return exitCodeOf(last.outcome);
  if (distribution.notRecovered > 0 || acts.some(({ outcome }) => exitCodeOf(outcome) === NOT_RECOVERED)) {
    return NOT_RECOVERED;
  }
  return endedEarly ? 1 : 0;
}
