import path from 'node:path';
import { types } from 'node:util';
import type { Adapter, Part } from './adapter.ts';
import { at, classNames, count, entries, known, number, own, text, threadIdOf } from './read.ts';

interface Pool {
  workers: Set<object>;
}

/**
 * The pools of tinypool. A worker's listeners close over what the pool keeps of it, and over the numbers that the pool
 * gives out: who share those are of one pool. Nothing leads to the pool itself (its listeners are arrow functions, of
 * whose `this` V8 does not tell), so what waits in its queue is not known.
 */
export const tinypool: Adapter = {
  name: 'tinypool',
  start(thread) {
    const pools = new Map<object, Pool>();
    const found = (it: object): void => {
      const worker = thread.reach(it, (value): value is object => isWorkerInfo(value) && made(value) === it);
      const numbers = worker && thread.reach(own(worker, 'freeWorkerId'), isNumbers);
      if (!worker || !numbers) return;
      const pool: Pool = pools.get(numbers) ?? { workers: new Set() };
      pools.set(numbers, pool);
      pool.workers.add(worker);
      thread.changed();
    };
    thread.workers(found);
    thread.children(found);
    return {
      *look() {
        for (const [numbers, pool] of pools) {
          for (const worker of pool.workers) if (hasEnded(worker)) pool.workers.delete(worker);
          if (pool.workers.size === 0) pools.delete(numbers);
          else yield partOf(numbers, [...pool.workers]);
        }
      },
    };
  },
};

function isWorkerInfo(value: object): boolean {
  return (
    classNames(value)[0] === 'WorkerInfo' &&
    typeof own(value, 'freeWorkerId') === 'function' &&
    types.isMap(own(value, 'taskInfos'))
  );
}

/** Each number with whether it is free. */
function isNumbers(value: object): value is object {
  const free = entries(value);
  return types.isMap(value) && free.length > 0 && free.every((each) => typeof each === 'boolean');
}

/** The thread or process of a worker. */
const made = (worker: object): unknown => at(worker, 'worker', 'thread') ?? at(worker, 'worker', 'process');

function hasEnded(worker: object): boolean {
  const it = made(worker);
  if (threadIdOf(it) !== undefined) return false;
  return (
    number(own(it, 'pid')) === undefined || (own(it, 'exitCode') ?? own(it, 'signalCode') ?? null) !== null
  );
}

function partOf(key: object, workers: object[]): Part {
  const idle = workers.filter((worker) => count(own(worker, 'taskInfos')) === 0);
  const file = text(own(workers[0], 'filename'));
  return {
    key,
    type: 'worker pool',
    name: file ? path.basename(file) : 'tinypool',
    facts: known({ file, 'max threads': count(key) }),
    figures: { total: workers.length, busy: workers.length - idle.length, idle: idle.length },
    threads: threadsOf(workers),
    parked: threadsOf(idle),
    pids: workers.flatMap((worker) => number(own(made(worker), 'pid')) ?? []),
  };
}

function threadsOf(workers: object[]): number[] {
  return workers.flatMap((worker) => threadIdOf(made(worker)) ?? []);
}
