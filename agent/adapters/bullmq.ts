import type { Adapter, Part } from './adapter.ts';
import { redisClientOf } from './ioredis.ts';
import { Living } from './living.ts';
import { at, count, entries, isObject, known, number, own, text } from './read.ts';
import { modules, Search } from './search.ts';

/** A worker without a job waits for this command of Redis, at this key of its queue. */
const WAITS = 'bzpopmin';
const MARKER = /^(.+):([^:]+):marker$/;

/**
 * Workers of BullMQ. No connection leads to its worker, since V8 does not tell `this` of an arrow function, so they are
 * searched for (`search.ts`) once the library is in use. One that is not within reach is known by its connection to
 * Redis alone: its queue, not its jobs. How many jobs wait stands in Redis, which is not asked.
 */
export const bullmq: Adapter = {
  name: 'bullmq',
  start(thread) {
    const search = new Search(thread);
    const clients = new Living<object>();
    const workers = new Living<object>();
    /** The queue that a worker's connection was seen to wait at. */
    const queues = new WeakMap<object, string>();
    const stalled = new WeakMap<object, number>();
    thread.sockets((socket) => {
      const client = redisClientOf(socket, thread);
      if (client) clients.add(client);
    });

    const show = (value: object): void => {
      if (!isWorker(value) || own(value, 'closed') === true || !workers.add(value)) return;
      stalled.set(value, 0);
      // It tells of jobs that it found stalled, and keeps no account of them.
      thread.listen(value, 'stalled', () => stalled.set(value, stalled.get(value)! + 1));
    };
    return {
      *look() {
        const ours = [...clients].filter(isOfBullmq);
        if (ours.length === 0 && !isLoaded()) return;
        search.look(show);
        const seen = new Set<string>();
        for (const worker of workers) {
          if (own(worker, 'closed') === true) workers.delete(worker);
          else {
            seen.add(queueOf(worker));
            yield partOf(worker, stalled.get(worker)!);
          }
        }
        const unseen = new Set<string>();
        for (const client of ours) {
          const queue = waitsAt(client) ?? queues.get(client);
          if (queue === undefined) continue;
          queues.set(client, queue);
          if (own(client, 'status') === 'end') clients.delete(client);
          else if (!seen.has(queue)) unseen.add(queue);
        }
        for (const queue of unseen) yield { key: queue, type: 'queue worker', name: queue };
        thread.leavesOut(
          unseen.size === 0
            ? null
            : `the jobs of ${[...unseen].join(', ')}: nothing that is looked at leads to these workers`,
        );
      },
    };
  },
};

function isLoaded(): boolean {
  return modules(/[/\\]bullmq[/\\]dist[/\\]/).length > 0;
}

/** Its scripts are commands of the client, each by its name and its version. */
function isOfBullmq(client: object): boolean {
  const scripts = own(client, 'scriptsSet');
  return isObject(scripts) && Object.keys(scripts).some((name) => name.startsWith('moveToActive'));
}

function waitsAt(client: object): string | undefined {
  for (const item of entries(own(own(client, 'commandQueue'), '_list'))) {
    const command = own(item, 'command');
    const key = MARKER.exec(String(at(command, 'args', 0)));
    if (own(command, 'name') === WAITS && key) return key[2];
  }
  return undefined;
}

function isWorker(value: object): boolean {
  return isObject(own(value, 'lockManager')) && typeof own(value, 'processFn') === 'function';
}

function queueOf(worker: object): string {
  return text(own(worker, 'name')) ?? 'queue';
}

function partOf(worker: object, stalled: number): Part {
  const option = (name: string) => at(worker, 'opts', name);
  const isPaused = (own(worker, 'paused') ?? false) !== false;
  const isClosing = (own(worker, 'closing') ?? false) !== false;
  return {
    key: worker,
    type: 'queue worker',
    name: text(option('name')) ?? queueOf(worker),
    facts: known({
      queue: queueOf(worker),
      prefix: text(option('prefix')),
      concurrency: number(own(worker, '_concurrency')) ?? number(option('concurrency')),
      // As of when it last asked.
      'queue is empty': own(worker, 'drained') === true ? true : undefined,
    }),
    figures: known({ active: count(at(worker, 'lockManager', 'trackedJobs')), stalled }),
    status: isClosing ? 'stopping' : isPaused ? 'suspended' : 'running',
  };
}
