import {
  atLocalSocket,
  type FleetInstance,
  fromInventory,
  fromLocal,
  groupFleet,
  onceByEpoch,
} from '../../client/fleet/fleet.ts';
import type { Session } from '../../client/session.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import { fromColumns } from '../../protocol/tree.ts';
import { CONNECTION, command } from '../command.ts';
import { type Reach, reach } from '../connection.ts';
import type { Output } from '../output.ts';
import { age } from '../text/figures.ts';
import { oneLine } from '../text/plain.ts';
import { table } from '../text/table.ts';

/** An instance and what it said when it was asked just now. */
interface Seen {
  instance: FleetInstance;
  health: string;
  info: InstanceInfo | null;
  /** Version of the protocol its agent speaks. */
  protocol: number | null;
  error: PerchError | null;
}

export const fleet = command({
  args: [],
  options: CONNECTION,
  about:
    'Lists the instances of the inventory and those of this computer, each asked just now. Root sees those of ' +
    'every user. One that is reached two ways is listed once. Health is ok, blocked (one of its loops stands ' +
    'still), or why it does not answer.',
  json: '{instances:[{name,region,service,address,health,node,epoch,agent}]}; node, epoch and agent are null for an instance that does not answer.',
  examples: ['fleet', 'fleet --inventory ./fleet.yaml --json'],
  async run({ options, out, signal }) {
    // Several are asked at once, so none of them can ask the person.
    const way = await reach(options, out, { mayAsk: false });
    const { found, silent } = await way.lookAround();
    const instances = [...fromInventory(way.inventory), ...fromLocal(found)];
    const answered = await Promise.all(instances.map((instance) => look(instance, way, signal)));
    const unanswered = silent.map(
      ({ path, error }): Seen => ({
        instance: atLocalSocket(path),
        health: troubleWord(error),
        info: null,
        protocol: null,
        error,
      }),
    );
    const seen = onceByEpoch([...answered, ...unanswered], ({ info, instance }) => ({
      epoch: info?.epoch ?? null,
      isLocal: instance.isLocal,
    }));
    out.document({ instances: seen.map(documentOf) });
    if (seen.length === 0) out.note(HOW_TO_START);
    else out.text(fleetText(seen, way, out).join('\n'));
    return 0;
  },
});

const HOW_TO_START = `Nothing is running here. Start a service with its agent:
  node --import @perch/agent/register app.js
or put it into one that runs already:
  npx perch attach
or the example, in two regions:
  npx perch demo`;

async function look(instance: FleetInstance, way: Reach, signal: AbortSignal): Promise<Seen> {
  let session: Session | null = null;
  try {
    session = await way.connectTo(instance)({ signal, timeoutMs: way.timeoutMs });
    return {
      instance,
      health: await healthOf(session, signal, way.timeoutMs),
      info: session.hello.instance,
      protocol: session.hello.protocol,
      error: null,
    };
  } catch (thrown) {
    const error = asPerchError(thrown);
    const { instance: info = null, protocol = null } = session?.hello ?? {};
    return { instance, health: troubleWord(error), info, protocol, error };
  } finally {
    session?.close();
  }
}

async function healthOf(session: Session, signal: AbortSignal, timeoutMs: number): Promise<string> {
  if (!session.hello.capabilities.includes('observe')) return 'ok';
  const nodes = fromColumns((await session.call('tree', {}, { signal, timeoutMs })).columns);
  return nodes.some(({ status }) => status === 'blocked') ? 'blocked' : 'ok';
}

function troubleWord({ code }: PerchError): string {
  switch (code) {
    case 'HOST_KEY_UNKNOWN':
      return 'host-key-unknown';
    case 'HOST_KEY_CHANGED':
      return 'host-key-changed';
    case 'TUNNEL_OFF':
      return 'tunnel-off';
    case 'KEY_REFUSED':
    case 'NO_IDENTITY':
    case 'BAD_IDENTITY':
    case 'PASSPHRASE_NEEDED':
    case 'VERSION_SKEW':
      return 'refused';
    default:
      return 'unreachable';
  }
}

function documentOf({ instance: { place }, health, info }: Seen) {
  return {
    name: place.name,
    region: place.region,
    service: place.service,
    address: place.address,
    health,
    node: info?.node ?? null,
    epoch: info?.epoch ?? null,
    agent: info?.agent ?? null,
  };
}

/** A table for each environment, with the reason below what does not answer. */
function fleetText(seen: readonly Seen[], { inventory }: Reach, out: Output): string[] {
  const bySource = new Map(seen.map((each) => [each.instance, each]));
  const lines: string[] = [];
  for (const environment of groupFleet(inventory, [...bySource.keys()])) {
    if (lines.length > 0) lines.push('');
    lines.push(out.paint.strong(environment.name ?? 'This computer'));
    const members = environment.regions.flatMap(({ instances }) =>
      instances.map((each) => bySource.get(each)!),
    );
    lines.push(...table(members.map((each) => row(each, out))).map((line) => `  ${line}`));
    for (const { instance, error } of members) {
      if (error) lines.push(`  ${oneLine(instance.place.name)}: ${oneLine(error.message)}. ${error.mend}`);
    }
  }
  return lines;
}

function row({ instance: { place }, health, info, protocol }: Seen, { paint }: Output): string[] {
  return [
    oneLine(place.name),
    oneLine(place.region) || '-',
    oneLine(place.service) || '-',
    health === 'ok' ? health : paint.trouble(health),
    info ? `Node ${oneLine(info.node)}` : '-',
    info ? `up ${age(Date.now() - info.startedAt)}` : '-',
    place.address,
    ...(info ? [paint.faint(`agent ${oneLine(info.agent)}, protocol ${protocol}`)] : []),
  ];
}
