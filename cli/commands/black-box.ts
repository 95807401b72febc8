import { type FoundBox, findBoxes, readBox } from '../../client/black-box/read.ts';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import type { PreviousEpoch } from '../../protocol/ledger.ts';
import { previousEpochOf } from '../../protocol/previous-epoch.ts';
import { CONNECTION, command, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { dayAndTime } from '../text/figures.ts';
import { ledgerLine } from '../text/ledger-line.ts';
import { oneLine } from '../text/plain.ts';

export const blackBox = command({
  args: [{ ...TARGET, isOptional: true }],
  options: {
    file: { kind: 'text', value: 'PATH', does: 'Read this black box; no agent is asked.' },
    ...CONNECTION,
  },
  about:
    'Says how the life of an instance before this one ended: its exit code, the act of Perch that ended it, or that it ' +
    'ended without a word, and the stack of a loop that stood still. Where nobody answers by that name any more, the ' +
    'black box that it left on this computer is read; --file reads one from elsewhere, its last events too.',
  json: '{previous:{epoch,pid,diedAt,words,code,act:{act,call,author,reason,at}|null, frames,blockedMs}|null, file, why}; read from a file also {header, error, samples:[{at,cpuPercent,rssBytes, threads:[[id,loopUtilization,heapMB,delayMs,heapLimitMB]]}], events}',
  examples: ['black-box fra-1', 'black-box --file ./1764062912000-4121.past --json'],
  async run({ args, options, out, signal }) {
    if ((args.TARGET === undefined) === (options.file === undefined)) {
      throw new PerchError('BAD_USAGE', 'Expected TARGET, or --file PATH');
    }
    if (options.file !== undefined) return printBox(await readBox(options.file), out);
    try {
      const { session } = await reachTarget(args.TARGET!, options, out, signal);
      try {
        const answer = await session.call('black-box', {}, { signal, timeoutMs: options.timeout });
        out.document(answer);
        if (answer.previous) printPrevious(answer.previous, out);
        else out.text('Nothing is known of a life before this one.');
        if (answer.file === null) out.note(`No black box is kept of this life: ${answer.why}`);
        return 0;
      } finally {
        session.close();
      }
    } catch (thrown) {
      const error = asPerchError(thrown);
      const [newest] = NOBODY.has(error.code) ? await findBoxes(args.TARGET!) : [];
      if (!newest) throw error;
      out.note(`${error.message} It left this:`);
      return printBox(newest, out);
    }
  },
});

/** Nobody is there to be asked: the box is all there is. */
const NOBODY: ReadonlySet<string> = new Set(['NO_SUCH_TARGET', 'CONNECT_FAILED', 'CONNECTION_LOST']);

function printPrevious({ words, pid, act, frames }: PreviousEpoch, out: Output): void {
  out.text(`${pid} ${oneLine(words)}`);
  if (act) out.text(`  ${act.act} asked ${dayAndTime(act.at)}: ${oneLine(act.reason)}`);
  for (const frame of frames) out.text(`  at ${oneLine(frame)}`);
}

/** A box is written to every second while its service lives. */
const MAY_LIVE_MS = 3000;

/** How many events a person is shown. */
const SHOWN_EVENTS = 20;

function printBox(box: FoundBox, out: Output): number {
  const { header, error, samples, events, file } = box;
  const previous = previousEpochOf(box, null, Date.now());
  out.document({ previous, file, why: null, header, error, samples, events });
  out.text(`${oneLine(header.service)} ${oneLine(header.instance)}: as far as ${file} tells,`);
  printPrevious(previous, out);
  if (!box.exit && Date.now() - box.lastSignAt < MAY_LIVE_MS) {
    out.note('It was written to a moment ago: its service may still run.');
  }
  for (const event of events.slice(-SHOWN_EVENTS)) out.text(ledgerLine(event, out.paint));
  return 0;
}
