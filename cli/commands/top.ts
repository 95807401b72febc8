import { pause, systemClock } from '../../client/clock.ts';
import { AskedNodes, readNodes } from '../../client/fleet/asked-nodes.ts';
import { type FleetInstance, fromInventory, fromLocal } from '../../client/fleet/fleet.ts';
import { KeptSession } from '../../client/fleet/kept-session.ts';
import type { NodesQuery } from '../../client/fleet/merge-nodes.ts';
import { findInstance } from '../../client/target.ts';
import { PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { isDescendingUnlessTold, NODE_SORTS, type NodeSort } from '../../protocol/node-list.ts';
import { KINDS, type NodeKind } from '../../protocol/tree.ts';
import { CONNECTION, command } from '../command.ts';
import { type Reach, reach } from '../connection.ts';
import { inPlace } from '../in-place.ts';
import type { Output } from '../output.ts';
import { type Look, nodeListText } from '../text/node-list.ts';
import { oneLine } from '../text/plain.ts';

/** Rows where there is no screen to fill. */
const ROWS = 30;
/** Lines of a screen that are no rows: the counts, the head, and room for one that does not answer. */
const OTHER_LINES = 4;

export const top = command({
  args: [
    {
      name: 'TARGET',
      isOptional: true,
      does: 'An instance as for `perch tree`, or an environment of the inventory; the whole fleet unless told.',
    },
  ],
  options: {
    sort: {
      kind: 'text',
      value: 'COL',
      does: `What comes first: ${NODE_SORTS.join(', ')}; busy unless told.`,
    },
    reverse: { kind: 'flag', does: 'The other way round.' },
    limit: {
      kind: 'integer',
      value: 'N',
      min: 1,
      max: LIMITS.maxNodeRows,
      does: `So many; what the screen holds unless told, or ${ROWS}.`,
    },
    kind: { kind: 'texts', value: 'KIND', does: `Only ${KINDS.join(', ')}; may be given several times.` },
    filter: {
      kind: 'text',
      value: 'TEXT',
      does: 'Only what has this in its lineage or name, or as its id or pid.',
    },
    once: { kind: 'flag', does: 'One look, also on a terminal.' },
    ...CONNECTION,
  },
  about:
    'Lists the processes, threads, supervisors and workers that come first in an order, picked by the agents, with ' +
    'how their figures change a second. On a terminal it goes on until Ctrl-C; else it takes two samples a second ' +
    'apart and prints one list. Busy is the share of a core: of a process by its CPU time, of a thread by how much ' +
    'of the time its loop did not wait. Memory is what is resident of a process, and the heap of a thread. What is ' +
    'not known is `-`. An instance that does not answer is named below and holds up no other.',
  json: '{sort, descending, live:{process,thread,supervisor,worker,component}, matching, nodes:[{instance, id, lineage, kind, status, cpuPercent, loopUtilization, loopDelayMs, rssBytes, heapUsedBytes, backlog, restarts, memoryPerS, backlogPerS, restartsPerS, …}], unanswered:[{instance,error}]}; a figure that is not known is null.',
  examples: [
    'top',
    'top fra-1 --sort backlog-rate',
    'top production --kind worker --sort restart-rate --limit 10 --json',
  ],
  async run({ args, options, out, signal }) {
    const sort = oneWord('--sort', options.sort ?? 'busy', NODE_SORTS);
    const kinds = options.kind?.map((word) => oneWord('--kind', word, KINDS));
    // Several are asked at once, so none of them can ask the person.
    const way = await reach(options, out, { mayAsk: false });
    const instances = await instancesOf(args.TARGET, way);
    if (instances.length === 0) {
      throw new PerchError(
        'NO_SUCH_TARGET',
        'Nothing is running here (perch fleet says how to start something)',
      );
    }
    const isLive = out.isTerminal && !out.isJson && !options.once;
    const query: NodesQuery = {
      sort,
      descending: isDescendingUnlessTold(sort) !== options.reverse,
      limit: options.limit ?? (isLive ? Math.max(1, out.rows - OTHER_LINES) : ROWS),
      ...(kinds ? { kinds: kinds as NodeKind[] } : {}),
      ...(options.filter ? { text: options.filter } : {}),
    };
    const names = namesOf(instances);
    const { timeoutMs } = way;
    const sessions = instances.map((each) => new KeptSession(way.connectTo(each), { signal, timeoutMs }));
    const asked = sessions.map((session, at) => new AskedNodes(names[at]!, (words) => session.nodes(words)));
    const list: List = { asked, query, sort, names, out };
    try {
      return isLive ? await goOn(list, signal) : await once(list, signal);
    } finally {
      for (const session of sessions) session.close();
    }
  },
});

interface List {
  asked: readonly AskedNodes[];
  query: NodesQuery;
  sort: NodeSort;
  names: readonly string[];
  out: Output;
}

/** An instance can be named by its environment too (`ENV/NAME`), so a bare name that is both means the environment. */
async function instancesOf(target: string | undefined, way: Reach): Promise<FleetInstance[]> {
  const configured = fromInventory(way.inventory);
  if (target === undefined) return [...configured, ...fromLocal(await way.findLocal())];
  if (way.inventory?.environments.some(({ name }) => name === target))
    return configured.filter(({ place }) => place.environment === target);
  return [await findInstance(target, { configured, findLocal: way.findLocal })];
}

/** Each by its own name; where two environments have the same, with the environment before it. */
function namesOf(instances: readonly FleetInstance[]): string[] {
  const uses = new Map<string, number>();
  for (const { place } of instances) uses.set(place.name, (uses.get(place.name) ?? 0) + 1);
  return instances.map(({ place, key }) => (uses.get(place.name) === 1 ? place.name : key));
}

async function askAll(asked: readonly AskedNodes[], query: NodesQuery): Promise<void> {
  await Promise.all(asked.map((each) => each.ask(query)));
}

/** Two samples, so that there are rates. Throws the first error where nobody answered. */
async function once(list: List, signal: AbortSignal): Promise<number> {
  const { asked, query, sort, names, out } = list;
  await askAll(asked, { ...query, limit: 0 });
  await pause(systemClock, LIMITS.sampleMs, signal);
  await askAll(asked, query);
  const { unanswered, ...answer } = readNodes(asked, query);
  if (unanswered.length === names.length) throw unanswered[0]!.error;
  out.document({
    sort,
    descending: query.descending,
    live: answer.live,
    matching: answer.matching,
    nodes: answer.rows,
    unanswered: unanswered.map(({ instance, error }) => ({ instance, error: error.toDocument() })),
  });
  const look = lookOf(list);
  out.text(nodeListText(answer, look).join('\n'));
  for (const each of unanswered) out.note(troubleLine(each));
  return 0;
}

/** Until Ctrl-C. An instance that answers later than the others shows what it said a moment ago. */
async function goOn(list: List, signal: AbortSignal): Promise<number> {
  const { asked, query, out } = list;
  const draw = inPlace(out);
  const show = (): void => {
    const { unanswered, ...answer } = readNodes(asked, query);
    const look = lookOf(list);
    draw([...nodeListText(answer, look), ...unanswered.map((each) => out.paint.caution(troubleLine(each)))]);
  };
  while (!signal.aborted) {
    const tick = pause(systemClock, LIMITS.sampleMs, signal);
    await Promise.race([askAll(asked, query), tick]);
    if (signal.aborted) break;
    show();
    await tick;
  }
  return 0;
}

function lookOf({ names, sort, out }: List): Look {
  const width = out.isTerminal ? out.columns : Number.POSITIVE_INFINITY;
  return { names, sort, paint: out.paint, now: Date.now(), width };
}

function troubleLine({ instance, error }: { instance: string; error: PerchError }): string {
  return `${oneLine(instance)}: ${oneLine(error.message)}. ${error.mend}`;
}

function oneWord<W extends string>(option: string, word: string, words: readonly W[]): W {
  if ((words as readonly string[]).includes(word)) return word as W;
  throw new PerchError('BAD_USAGE', `${option} ${word}: expected one of ${words.join(', ')}`, {
    given: word,
    known: [...words],
  });
}
