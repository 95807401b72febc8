import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describeThrown } from '../supervisor/exit.ts';
import type { ProbeMessage, Thrown } from './messages.ts';

/**
 * What this thread starts, found through Node's diagnostics channels: nothing is patched. `tell` hears of
 * threads and child processes as they start and end. Returns what ends a thread started here.
 */
export function discover(tell: (message: ProbeMessage) => void, isOurs: (worker: Worker) => boolean): Found {
  const workers = new Map<number, Worker>();
  const ended = (threadId: number, code: number | null, thrown: Thrown | null): void => {
    if (workers.delete(threadId)) tell({ t: 'thread-ended', threadId, code, thrown });
  };

  subscribe('worker_threads', (message) => {
    const { worker } = message as { worker: Worker };
    const { threadId } = worker;
    // Our own hub is made within isOurs's reach; it is no part of the service.
    if (isOurs(worker)) return;
    workers.set(threadId, worker);
    let thrown: Thrown | null = null;
    // The monitor only looks on: with a listener for `error` the service would not hear that nobody caught it.
    worker.once(errorMonitor, (error) => {
      thrown = describeThrown(error);
    });
    worker.once('exit', (code) => ended(threadId, code, thrown));
    tell({ t: 'thread-started', threadId, name: (worker as { threadName?: string }).threadName ?? null });
  });

  subscribe('child_process', (message) => {
    const child = (message as { process: ChildProcess }).process;
    // The channel fires in the constructor, before there is a pid.
    child.once('spawn', () => {
      const { pid } = child;
      if (pid === undefined) return;
      tell({ t: 'child-started', pid });
      child.once('exit', (code, signal) => tell({ t: 'child-ended', pid, code, signal }));
    });
  });

  return {
    threadIds: () => [...workers.keys()],
    terminate(threadId) {
      const worker = workers.get(threadId);
      if (!worker) return false;
      void worker.terminate();
      return true;
    },
    sweep() {
      for (const [threadId, worker] of workers) if (worker.threadId === -1) ended(threadId, null, null);
    },
  };
}

export interface Found {
  threadIds(): number[];
  terminate(threadId: number): boolean;
  /** Tells of threads that ended and whose `exit` we did not hear: the service took our listener away. */
  sweep(): void;
}
