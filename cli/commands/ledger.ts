import type { LedgerAnswer } from '../../protocol/calls.ts';
import { CONNECTION, command, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { ledgerLine } from '../text/ledger-line.ts';

export const ledger = command({
  args: [TARGET],
  options: {
    since: {
      kind: 'integer',
      value: 'SEQ',
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      does: 'Only what has this sequence number or a higher one.',
    },
    follow: { kind: 'flag', does: 'Go on with what happens, until Ctrl-C.' },
    ...CONNECTION,
  },
  about:
    'Prints what happened to the nodes of an instance: who exited and why, who decided what, who started.',
  json: '{epoch,events:[{seq,at,t,kind,node,…}]} (docs/protocol.md); `missed` is added where so many before them are no longer kept; with --follow one a line, each with the new events.',
  examples: ['ledger fra-1', 'ledger fra-1 --follow --json'],
  async run({ args, options, out, signal }) {
    const { session } = await reachTarget(args.TARGET, options, out, signal);
    let next = Math.max(1, options.since ?? 0);
    const print = ({ epoch, events, firstSeq }: LedgerAnswer) => {
      const missed = missedBefore({ events, firstSeq }, next);
      out.document({ epoch, events, ...(missed > 0 ? { missed } : {}) });
      if (missed > 0) out.note(`${missed} events from number ${next} on are no longer kept.`);
      next = Math.max(next, (events.at(-1)?.seq ?? 0) + 1);
      for (const event of events) out.text(ledgerLine(event, out.paint));
    };
    try {
      const since = options.since ?? 0;
      if (options.follow) await session.call('watch-ledger', { since }, { signal, onEvent: print });
      else {
        const answer = await session.call('ledger', { since }, { signal, timeoutMs: options.timeout });
        print(answer);
        if (answer.events.length === 0) out.note(`Nothing has happened from number ${since} on.`);
      }
      return 0;
    } finally {
      session.close();
    }
  },
});

/** How many events from number `next` on are no longer kept: numbers have no gap, so what comes later tells. */
export function missedBefore(
  { events, firstSeq }: Pick<LedgerAnswer, 'events' | 'firstSeq'>,
  next: number,
): number {
  return Math.max(0, (events[0]?.seq ?? firstSeq) - next);
}
