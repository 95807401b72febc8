import { checkInstance, ranked } from '../../client/check/check.ts';
import type { Finding, Seen } from '../../client/check/finding.ts';
import { RULES } from '../../client/check/rules.ts';
import {
  atLocalSocket,
  type FleetInstance,
  fromInventory,
  fromLocal,
  onceByEpoch,
} from '../../client/fleet/fleet.ts';
import { findInstance } from '../../client/target.ts';
import { PerchError } from '../../protocol/errors.ts';
import { CONNECTION, command, TARGET } from '../command.ts';
import { type Reach, reach } from '../connection.ts';
import { lookAt, silentAt } from '../look.ts';
import { checkText } from '../text/check-text.ts';

/** Something was found; protocol/errors.ts names the codes. */
const FOUND = 7;

export const check = command({
  args: [
    {
      name: 'TARGET',
      does: `${TARGET.does} Or an environment of the inventory. All of them unless told.`,
      isOptional: true,
    },
  ],
  options: CONNECTION,
  about:
    'Says what is wrong now, over all instances, the worst first: since when, in one sentence, and the command that ' +
    'leads to the place. Instances that cannot be reached are told too. Exit 7: something is wrong; 0: nothing is, ' +
    'and what was checked is said. It asks nobody anything, so that a timer can run it.',
  json: '{checked:{instances,reached,rules:[id]}, findings:[{rule,severity,instance,environment, lineage,node,since,sentence,leadsTo:{tab}}]}; severity is failed or warning; instance is a name as `fleet` has it; environment is null for this computer; lineage and node are null where it is about the instance as a whole; since is in ms since 1970, null where one look cannot tell.',
  examples: ['check', 'check production --json', 'check fra-1'],
  async run({ args, options, out, signal }) {
    const way = await reach(options, out, { mayAsk: false });
    const looked = await lookAtAll(args.TARGET, way, signal);
    if (signal.aborted) throw new PerchError('CANCELLED', 'Not all was looked at');
    const seen = looked.map((each) => each.seen);
    const look = { now: Date.now(), all: seen, before: null };
    const findings = ranked(seen.flatMap((each) => checkInstance(each, look)));
    const names = new Map(looked.map(({ seen: { key }, instance }) => [key, instance.place.name]));
    const reached = seen.filter(({ state }) => state === 'live').length;
    const checked = { instances: seen.length, reached, rules: RULES.map(({ id }) => id) };
    out.document({ checked, findings: findings.map((each) => documentOf(each, names)) });
    if (seen.length === 0) out.note('Nothing is running here that could be looked at: see `perch fleet`.');
    else out.text(checkText(looked, findings, out.paint, look.now).join('\n'));
    return findings.length > 0 ? FOUND : 0;
  },
});

function documentOf({ id: _, instance, ...finding }: Finding, names: ReadonlyMap<string, string>) {
  const { rule, severity, ...rest } = finding;
  return { rule, severity, instance: names.get(instance), ...rest };
}

type Looked = { instance: FleetInstance; seen: Seen };

/** Everything that TARGET means, each looked at once. */
async function lookAtAll(target: string | undefined, way: Reach, signal: AbortSignal): Promise<Looked[]> {
  const configured = fromInventory(way.inventory);
  const isEnvironment = way.inventory?.environments.some(({ name }) => name === target) === true;
  if (target !== undefined && !isEnvironment) {
    const instance = await findInstance(target, { configured, findLocal: way.findLocal });
    return [{ instance, seen: await lookAt(instance, way, signal) }];
  }
  const sight = isEnvironment ? { found: [], silent: [] } : await way.lookAround();
  const wanted = isEnvironment
    ? configured.filter(({ place }) => place.environment === target)
    : [...configured, ...fromLocal(sight.found)];
  const looked = await Promise.all(
    wanted.map(async (instance) => ({ instance, seen: await lookAt(instance, way, signal) })),
  );
  const silent = sight.silent.map(({ path, error }) => {
    const instance = atLocalSocket(path);
    return { instance, seen: silentAt(instance, error) };
  });
  return onceByEpoch([...looked, ...silent], ({ instance, seen }) => ({
    epoch: seen.info?.epoch ?? null,
    isLocal: instance.isLocal,
  }));
}
