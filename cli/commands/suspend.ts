import type { Session } from '../../client/session.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { ASKED, checkAsked, REASON } from '../act/ask.ts';
import { oneAct } from '../act/one-act.ts';
import { exitCodeOf } from '../act/outcome.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { duration } from '../text/figures.ts';
import { findNode } from './tree.ts';

const JSON_SHAPE =
  'as of `kill`; outcome is one of done, gone, refused. `words` says what was done, `error` why not.';

export const suspend = command({
  args: [TARGET, NODE],
  options: {
    ...REASON,
    lease: {
      kind: 'integer',
      value: 'MS',
      min: 1,
      max: LIMITS.maxLeaseMs,
      does: `How long it is held at most; ${LIMITS.leaseMs} unless told.`,
    },
    ...ASKED,
    ...CONNECTION,
  },
  about:
    'Holds a thread, with everything on it: main, a worker thread, or the one that a worker or a Node child runs in. ' +
    'It goes on at `perch resume`, when the lease is over, and when this command ends, which waits for that: Ctrl-C ' +
    'lets it go on. The thread itself keeps the lease, so it goes on also without an agent.',
  json: JSON_SHAPE,
  examples: ['suspend fra-1 main --reason "what do its clients do?" --lease 5000'],
  async run({ args, options, out, signal }) {
    checkAsked('suspend', options, out);
    const reached = await reachTarget(args.TARGET, options, out, signal);
    const { session } = reached;
    try {
      const { node } = await findNode(session, args.NODE, { signal, timeoutMs: options.timeout });
      const wanted = { name: 'suspend', act: 'suspend', leaseMs: options.lease } as const;
      const document = await oneAct(reached, node, wanted, options, { out, signal });
      if (document.outcome === 'done') {
        out.note('It is held for as long as this command runs; Ctrl-C lets it go on.');
        const resumed = await untilResumed(session, document.call, signal);
        out.note(
          resumed ? `It goes on, after ${duration(resumed.afterMs)} (${resumed.why}).` : 'It goes on.',
        );
      }
      return exitCodeOf(document.outcome);
    } finally {
      session.close();
    }
  },
});

export const resume = command({
  args: [TARGET, NODE],
  options: { ...REASON, ...ASKED, ...CONNECTION },
  about: 'Lets a suspended thread go on, whoever suspended it.',
  json: JSON_SHAPE,
  examples: ['resume fra-1 main --reason "seen enough" --yes'],
  async run({ args, options, out, signal }) {
    checkAsked('resume', options, out);
    const reached = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { node } = await findNode(reached.session, args.NODE, { signal, timeoutMs: options.timeout });
      const document = await oneAct(reached, node, { name: 'resume', act: 'resume' }, options, {
        out,
        signal,
      });
      return exitCodeOf(document.outcome);
    } finally {
      reached.session.close();
    }
  },
});

/** How what that call suspended came to go on; null when this side stopped waiting for it. */
async function untilResumed(
  session: Session,
  call: string,
  signal: AbortSignal,
): Promise<{ afterMs: number; why: string } | null> {
  const found = new AbortController();
  let node: string | null = null;
  let resumed: { afterMs: number; why: string } | null = null;
  await session.call(
    'watch-ledger',
    { since: 1 },
    {
      signal: AbortSignal.any([signal, found.signal]),
      onEvent: ({ events }) => {
        for (const event of events) {
          if (event.kind === 'suspended' && event.call === call) node = event.node.id;
          if (event.kind !== 'resumed' || event.node.id !== node) continue;
          resumed ??= event;
          found.abort();
        }
      },
    },
  );
  return resumed;
}
