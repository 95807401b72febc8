import path from 'node:path';
import type { Adapter, Part } from './adapter.ts';
import { at, classNames, count, isObject, known, number, own, text, threadIdOf } from './read.ts';

interface Pool {
  /** What the library keeps of each Worker or child process. */
  handlers: Set<object>;
  /** Where its tasks wait, once one of them has led there. */
  queue: WeakRef<object> | null;
}

/**
 * The pools of workerpool. A Worker's listener closes over its handler, which has the pool's own (frozen) options: who
 * has the same are of one pool. Its queue is found from a task under way, whose `timeout` closes over it.
 */
export const workerpool: Adapter = {
  name: 'workerpool',
  start(thread) {
    const pools = new Map<object, Pool>();
    const found = (made: object): void => {
      const handler = thread.reach(made, (value): value is object => isHandlerOf(value, made));
      const options = handler && own(handler, 'workerThreadOpts');
      if (!handler || !isObject(options)) return;
      const pool: Pool = pools.get(options) ?? { handlers: new Set(), queue: null };
      pools.set(options, pool);
      pool.handlers.add(handler);
      thread.changed();
    };
    thread.workers(found);
    thread.children(found);

    const queueOf = (pool: Pool): object | null => {
      const queue = pool.queue?.deref();
      if (queue) return queue;
      const [task] = [...pool.handlers].flatMap(tasksOf);
      const reached = task ? thread.reach(at(task, 'resolver', 'promise', 'timeout'), isQueue) : null;
      if (reached) pool.queue = new WeakRef(reached);
      return reached;
    };
    return {
      *look() {
        for (const [options, pool] of pools) {
          for (const handler of pool.handlers) {
            if (own(handler, 'terminated') === true) pool.handlers.delete(handler);
          }
          if (pool.handlers.size === 0) pools.delete(options);
          else yield partOf(options, [...pool.handlers], queueOf(pool));
        }
      },
    };
  },
};

function isHandlerOf(value: object, made: object): boolean {
  return classNames(value)[0] === 'WorkerHandler' && own(value, 'worker') === made;
}

function isQueue(value: object): value is object {
  return /^(?:FIFO|LIFO)Queue$/.test(classNames(value)[0] ?? '') && Array.isArray(own(value, 'tasks'));
}

/** Tasks by number. */
function tasksOf(handler: object): unknown[] {
  const processing = own(handler, 'processing');
  return isObject(processing) ? Object.keys(processing).map((id) => own(processing, id)) : [];
}

function partOf(key: object, handlers: object[], queue: object | null): Part {
  const busy = handlers.filter((handler) => tasksOf(handler).length > 0).length;
  const file = text(own(handlers[0], 'script'));
  const queued = count(own(queue, 'tasks'));
  return {
    key,
    type: 'worker pool',
    name: file ? path.basename(file) : 'workerpool',
    facts: known({ file }),
    figures: { total: handlers.length, busy, idle: handlers.length - busy },
    ...(queued === undefined ? {} : { backlog: { word: 'queued', count: queued } }),
    threads: handlers.flatMap((handler) => threadIdOf(own(handler, 'worker')) ?? []),
    pids: handlers.flatMap((handler) => number(at(handler, 'worker', 'pid')) ?? []),
  };
}
