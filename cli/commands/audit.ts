import { CONNECTION, command, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { clockTime } from '../text/figures.ts';
import { oneLine } from '../text/plain.ts';
import { table } from '../text/table.ts';

export const audit = command({
  args: [TARGET],
  options: CONNECTION,
  about:
    'Prints every act that was asked of an instance, refused ones too: when, by whom, what, why, its outcome.',
  json: '{records:[{seq,at,author:{key,name},act,call,target,reason,outcome}]}',
  examples: ['audit fra-1'],
  async run({ args, options, out, signal }) {
    const { session } = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { records } = await session.call('audit', {}, { signal, timeoutMs: options.timeout });
      out.document({ records });
      const rows = records.map(({ at, author, act, target, outcome, reason }) =>
        [clockTime(at), author.name || author.key, act, target, outcome, reason].map(oneLine),
      );
      out.text(rows.length > 0 ? table(rows).join('\n') : 'Nobody has asked for an act yet.');
      return 0;
    } finally {
      session.close();
    }
  },
});
