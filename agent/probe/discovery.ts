import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describeThrown } from '../supervisor/exit.ts';
import type { ProbeMessage, Thrown } from './messages.ts';

/**
 * What this thread starts, found through Node's diagnostics channels: nothing is patched. `tell` hears of
 * threads and child processes as they start and end. Returns what ends a thread started here.
 */
export function discover(tell: (message: ProbeMessage) => void, isOurs: (worker: Worker) => boolean): Found {
  /** With what takes our listeners from each. */
  const workers = new Map<number, { worker: Worker; release: () => void }>();
  const children = new Set<() => void>();
  let isStopped = false;
  const workerListeners: ((worker: Worker) => void)[] = [];
  const childListeners: ((child: ChildProcess) => void)[] = [];
  const ended = (threadId: number, code: number | null, thrown: Thrown | null): void => {
    if (workers.delete(threadId)) tell({ t: 'thread-ended', threadId, code, thrown });
  };

  const onWorker = (message: unknown): void => {
    const { worker } = message as { worker: Worker };
    const { threadId } = worker;
    // Our own hub is made within isOurs's reach; it is no part of the service.
    if (isOurs(worker)) return;
    let thrown: Thrown | null = null;
    // The monitor only looks on: with a listener for `error` the service would not hear that nobody caught it.
    const onError = (error: unknown): void => {
      thrown = describeThrown(error);
    };
    const onExit = (code: number): void => ended(threadId, code, thrown);
    workers.set(threadId, { worker, release: () => worker.off(errorMonitor, onError).off('exit', onExit) });
    worker.once(errorMonitor, onError).once('exit', onExit);
    tell({ t: 'thread-started', threadId, name: (worker as { threadName?: string }).threadName ?? null });
    made(worker, workerListeners);
  };

  const onChild = (message: unknown): void => {
    const child = (message as { process: ChildProcess }).process;
    made(child, childListeners);
    // The channel fires in the constructor, before there is a pid.
    child.once('spawn', () => {
      const { pid } = child;
      if (pid === undefined || isStopped) return;
      tell({ t: 'child-started', pid });
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        children.delete(release);
        tell({ t: 'child-ended', pid, code, signal });
      };
      const release = () => child.off('exit', onExit);
      children.add(release);
      child.once('exit', onExit);
    });
  };

  subscribe('worker_threads', onWorker);
  subscribe('child_process', onChild);
  return {
    stop() {
      unsubscribe('worker_threads', onWorker);
      unsubscribe('child_process', onChild);
      isStopped = true;
      for (const { release } of workers.values()) release();
      for (const release of children) release();
      workers.clear();
      children.clear();
      workerListeners.length = 0;
      childListeners.length = 0;
    },
    threadIds: () => [...workers.keys()],
    terminate(threadId) {
      const worker = workers.get(threadId)?.worker;
      if (!worker) return false;
      void worker.terminate();
      return true;
    },
    onWorker: (listener) => void workerListeners.push(listener),
    onChild: (listener) => void childListeners.push(listener),
    sweep() {
      for (const [threadId, { worker }] of workers) if (worker.threadId === -1) ended(threadId, null, null);
    },
  };
}

/** Tells of what is being made once whoever makes it has had its turn: by then it has its listeners. */
function made<T>(thing: T, listeners: readonly ((thing: T) => void)[]): void {
  if (listeners.length > 0) queueMicrotask(() => listeners.forEach((listener) => void listener(thing)));
}

export interface Found {
  /** Hears of nothing any more: no subscription and no listener of ours is left. */
  stop(): void;
  threadIds(): number[];
  terminate(threadId: number): boolean;
  /** The Worker objects and child processes that are made from now on. Listeners must not throw. */
  onWorker(listener: (worker: Worker) => void): void;
  onChild(listener: (child: ChildProcess) => void): void;
  /** Tells of threads that ended and whose `exit` we did not hear: the service took our listener away. */
  sweep(): void;
}
