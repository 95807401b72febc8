import path from 'node:path';
import type { Adapter, Part } from './adapter.ts';
import { at, classNames, count, entries, isObject, known, number, own, text, threadIdOf } from './read.ts';

/** The pools of piscina, found from the Workers that they make: their listeners are bound to the pool. */
export const piscina: Adapter = {
  name: 'piscina',
  start(thread) {
    // Weakly: a pool that the service has let go of ends.
    const pools = new Set<WeakRef<object>>();
    thread.workers((worker) => {
      const pool = thread.reach(worker, (value): value is object => isPoolOf(value, worker));
      if (!pool || Array.from(pools, (each) => each.deref()).includes(pool)) return;
      pools.add(new WeakRef(pool));
      thread.changed();
    });
    return {
      *look() {
        for (const reference of pools) {
          const pool = reference.deref();
          const workers = pool ? workersOf(pool) : [];
          const isEnding = own(pool, 'destroying') === true || own(pool, 'closingUp') === true;
          // One that is to have threads and has none was ended; one that may have none ends once nobody holds it.
          const hasEnded =
            workers.length === 0 && (isEnding || number(at(pool, 'options', 'minThreads')) !== 0);
          if (!pool || hasEnded) pools.delete(reference);
          else yield partOf(pool, workers, isEnding);
        }
      },
    };
  },
};

function isPoolOf(value: object, worker: object): boolean {
  if (classNames(value)[0] !== 'ThreadPool') return false;
  if (classNames(own(value, 'publicInterface'))[0] !== 'Piscina') return false;
  return workersOf(value).some((each) => own(each, 'worker') === worker);
}

function workersOf(pool: object): unknown[] {
  return [...entries(at(pool, 'workers', 'pendingItems')), ...entries(at(pool, 'workers', 'readyItems'))];
}

function partOf(pool: object, workers: unknown[], isEnding: boolean): Part {
  const options = own(pool, 'options');
  const file = text(own(options, 'filename'));
  const idle = workers.filter((worker) => count(own(worker, 'taskInfos')) === 0);
  const queued = queuedIn(pool);
  return {
    key: pool,
    type: 'worker pool',
    name: file ? path.basename(file) : 'piscina',
    status: isEnding ? 'stopping' : 'running',
    facts: known({
      file,
      'min threads': number(own(options, 'minThreads')),
      'max threads': number(own(options, 'maxThreads')),
      'tasks a worker': number(own(options, 'concurrentTasksPerWorker')),
    }),
    figures: known({
      total: workers.length,
      busy: workers.length - idle.length,
      idle: idle.length,
      completed: number(own(pool, 'completed')),
    }),
    ...(queued === undefined ? {} : { backlog: { word: 'queued', count: queued } }),
    threads: threadsOf(workers),
    // `atomics`: since version 5; before it all pools did so unless `useAtomics` was false.
    ...(own(options, 'atomics') === 'disabled' || own(options, 'useAtomics') === false
      ? {}
      : { parked: threadsOf(idle) }),
  };
}

function threadsOf(workers: unknown[]): number[] {
  return workers.flatMap((worker) => threadIdOf(own(worker, 'worker')) ?? []);
}

/** Undefined where the service has put a queue of its own in its place. */
function queuedIn(pool: object): number | undefined {
  const waiting = own(pool, 'taskQueue');
  const listed = count(own(waiting, 'tasks')) ?? chained(waiting);
  return listed === undefined ? undefined : listed + (count(own(pool, 'skipQueue')) ?? 0);
}

/** Of ring buffers of 2048 places, each with the next, from the oldest on. */
function chained(queue: unknown): number | undefined {
  let buffer = own(queue, 'tail');
  if (!isObject(buffer)) return undefined;
  let sum = 0;
  for (let steps = 0; isObject(buffer) && steps < 1000; steps++) {
    const [top, bottom] = [number(own(buffer, 'top')), number(own(buffer, 'bottom'))];
    if (top === undefined || bottom === undefined) return undefined;
    sum += (top - bottom) & 2047;
    buffer = own(buffer, 'next');
  }
  return sum;
}
