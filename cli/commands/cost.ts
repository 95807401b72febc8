import { setTimeout as sleep } from 'node:timers/promises';
import { type FleetInstance, fromInventory, fromLocal, onceByEpoch } from '../../client/fleet/fleet.ts';
import type { Connect } from '../../client/instance.ts';
import type { Session } from '../../client/session.ts';
import { type CostAnswer, ratesBetween } from '../../protocol/cost.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { CONNECTION, command, TARGET } from '../command.ts';
import { reach, reachTarget } from '../connection.ts';
import { costLines, type RatedProcess } from '../text/cost.ts';
import { oneLine } from '../text/plain.ts';

/** An instance and what its agents take; or why that is not known. */
interface Asked {
  instance: FleetInstance;
  epoch: string | null;
  processes: RatedProcess[];
  more: number;
  error: PerchError | null;
}

export const cost = command({
  args: [{ ...TARGET, isOptional: true }],
  options: {
    over: {
      kind: 'integer',
      value: 'MS',
      min: 1,
      max: LIMITS.maxCallMs,
      does: `How long to watch for the rates; ${LIMITS.sampleMs} unless told.`,
    },
    ...CONNECTION,
  },
  about:
    'Says what Perch itself takes of an instance, or of each one that `perch fleet` knows: cpu and memory of the ' +
    "agent's own thread, its time on the service's threads, the bytes of every session. It is asked twice, --over " +
    'apart, for the rates. What cannot be measured is said, and why.',
  json: '{instances:[{name,region,service,address, processes:[{node,pid,t,hubStartedAt, hub:{cpuMs,heapUsedBytes,heapBytes,externalBytes}, threads:{mainMs,others,othersMs}, process,sessions,total,network,notMeasured, rates:{hubCpuPercent,mainPercent,othersPercent, bytesInPerS,bytesOutPerS}|null}], more}]} (protocol/cost.ts); `error` is added for one that does not answer.',
  examples: ['cost fra-1', 'cost --over 10000 --json'],
  async run({ args, options, out, signal }) {
    const overMs = options.over ?? LIMITS.sampleMs;
    const timeoutMs = options.timeout ?? LIMITS.callMs;
    const how = { overMs, timeoutMs, signal };
    let asked: Asked[];
    if (args.TARGET !== undefined) {
      const { instance, session } = await reachTarget(args.TARGET, options, out, signal);
      asked = [await askTwice(instance, session, how)];
      if (asked[0]!.error) throw asked[0]!.error;
    } else {
      const way = await reach(options, out, { mayAsk: false });
      const instances = [...fromInventory(way.inventory), ...fromLocal(await way.findLocal())];
      const each = instances.map((instance) => connectAndAsk(instance, way.connectTo(instance), how));
      asked = onceByEpoch(await Promise.all(each), ({ epoch, instance: { isLocal } }) => ({
        epoch,
        isLocal,
      }));
    }
    out.document({ instances: asked.map(documentOf) });
    if (asked.length === 0) out.note('Nothing is running here, so Perch costs nothing.');
    for (const { instance, processes, more, error } of asked) {
      out.text(out.paint.strong(oneLine(instance.place.name)));
      if (error) out.text(`  ${oneLine(error.message)}. ${error.mend}`);
      else for (const line of costLines(processes, more, out.paint)) out.text(`  ${line}`);
    }
    return 0;
  },
});

interface How {
  overMs: number;
  timeoutMs: number;
  signal: AbortSignal;
}

async function connectAndAsk(instance: FleetInstance, connect: Connect, how: How): Promise<Asked> {
  try {
    return await askTwice(instance, await connect(how), how);
  } catch (thrown) {
    return { instance, epoch: null, processes: [], more: 0, error: asPerchError(thrown) };
  }
}

async function askTwice(instance: FleetInstance, session: Session, how: How): Promise<Asked> {
  const { epoch } = session.hello.instance;
  try {
    const before = await session.call('cost', {}, how);
    await sleep(how.overMs, null, { signal: how.signal });
    const { processes, more } = await session.call('cost', {}, how);
    return { instance, epoch, processes: rated(before, processes), more, error: null };
  } catch (thrown) {
    return { instance, epoch, processes: [], more: 0, error: asPerchError(thrown) };
  } finally {
    session.close();
  }
}

function rated(before: CostAnswer, after: CostAnswer['processes']): RatedProcess[] {
  return after.map((process) => {
    if ('why' in process) return process;
    const then = before.processes.find(({ node }) => node === process.node);
    return { ...process, rates: then && !('why' in then) ? ratesBetween(then, process) : null };
  });
}

function documentOf({ instance: { place }, processes, more, error }: Asked) {
  const { name, region, service, address } = place;
  const failed = error ? { error: error.toDocument() } : {};
  return { name, region, service, address, processes, more, ...failed };
}
