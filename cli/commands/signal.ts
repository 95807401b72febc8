import { ASKED, checkAsked, REASON } from '../act/ask.ts';
import { oneAct } from '../act/one-act.ts';
import { exitCodeOf } from '../act/outcome.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { findNode } from './tree.ts';

export const signal = command({
  args: [TARGET, NODE, { name: 'SIGNAL', does: 'Its POSIX name, such as SIGUSR2 or SIGTERM.' }],
  options: {
    ...REASON,
    force: { kind: 'flag', does: "Also SIGUSR1, which opens Node's debugger." },
    ...ASKED,
    ...CONNECTION,
  },
  about:
    'Sends a signal to one process, by its pid and start time, never to another that has the pid since. When it ends ' +
    "by it, its supervisor's decision is followed as after a kill. SIGKILL is a kill. Signals that stop a process are " +
    'not sent: suspend its threads.',
  json: 'as of `kill`; outcome is done when it still runs, else as of a kill.',
  examples: ['signal fra-1 4121 SIGUSR2 --reason "write a heap snapshot" --yes'],
  async run({ args, options, out, signal: aborted }) {
    checkAsked('signal', options, out);
    const reached = await reachTarget(args.TARGET, options, out, aborted);
    try {
      const found = { signal: aborted, timeoutMs: options.timeout };
      const { node } = await findNode(reached.session, args.NODE, found);
      const name = args.SIGNAL.toUpperCase();
      const wanted = {
        name: `send ${name} to`,
        act: 'signal',
        signal: name,
        force: options.force || undefined,
      } as const;
      const document = await oneAct(reached, node, wanted, options, { out, signal: aborted });
      return exitCodeOf(document.outcome);
    } finally {
      reached.session.close();
    }
  },
});
