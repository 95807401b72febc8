import { detach as takeOut } from '../../client/attach/detach.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import { ASKED, checkAsked, REASON } from '../act/ask.ts';
import { CONNECTION, command, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../text/plain.ts';

export const detach = command({
  args: [TARGET],
  options: { ...REASON, yes: ASKED.yes, ...CONNECTION },
  about:
    'Takes the agent out of a service, which goes on: no listener, subscription, timer or thread of it is left, in none of its ' +
    'processes; loaded code stays. A thread whose loop stands still lets go once that turns. `perch attach` puts it in again; ' +
    'one that started with the service comes back with the next start.',
  json: '{pid,service,wasAttached}',
  examples: ['detach 4121 --reason "seen enough" --yes'],
  async run({ args, options, out, signal }) {
    checkAsked('detach', options, out);
    const { session, instance } = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { instance: info } = session.hello;
      if (!options.yes) await confirm(info, instance.place.name, out, signal);
      await takeOut(session, options.reason, { timeoutMs: options.timeout, signal });
      const { pid, service, attachedAt } = info;
      out.document({ pid, service, wasAttached: attachedAt !== undefined });
      out.text(`The agent is out of ${oneLine(service)} (${pid}), which goes on.`);
      return 0;
    } finally {
      session.close();
    }
  },
});

async function confirm(
  { pid, attachedAt }: InstanceInfo,
  place: string,
  out: Output,
  signal: AbortSignal,
): Promise<void> {
  if (attachedAt === undefined) {
    out.note(
      'Its agent started with the service: it comes back with the next start of that, or by `perch attach`.',
    );
  }
  const answer = await out.ask(`Take the agent out of ${oneLine(place)} (${pid})? [y/N] `, { signal });
  if (!/^y(es)?$/i.test(answer.trim())) throw new PerchError('CANCELLED', 'Nothing was done');
}
