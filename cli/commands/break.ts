import { ASKED, checkAsked, REASON } from '../act/ask.ts';
import { oneAct } from '../act/one-act.ts';
import { exitCodeOf } from '../act/outcome.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { findNode } from './tree.ts';

export const breakLoop = command({
  args: [TARGET, NODE],
  options: {
    ...REASON,
    force: { kind: 'flag', does: 'Also where Node would most likely end the whole process (exit code 1).' },
    ...ASKED,
    ...CONNECTION,
  },
  about:
    'Ends what a stuck loop runs, without a kill: an endless loop ends with an error that nobody can catch, then the ' +
    'loop turns again, which is looked at. The request it served gets no answer, `finally` does not run. In the ' +
    'callback of a timer and in an AsyncResource Node would end the process with it: refused without --force. What ' +
    'waits in native code cannot be broken.',
  json: 'as of `kill`; outcome is one of done, not-recovered, gone, refused.',
  examples: ['break fra-1 main --reason "stuck in parse()"'],
  async run({ args, options, out, signal }) {
    checkAsked('break', options, out);
    const reached = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { node } = await findNode(reached.session, args.NODE, { signal, timeoutMs: options.timeout });
      const wanted = { name: 'break the loop of', act: 'break', force: options.force || undefined } as const;
      const document = await oneAct(reached, node, wanted, options, { out, signal });
      return exitCodeOf(document.outcome);
    } finally {
      reached.session.close();
    }
  },
});
