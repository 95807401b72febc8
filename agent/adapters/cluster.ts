import path from 'node:path';
import type { Adapter, Part } from './adapter.ts';
import { at, isLoaded, isObject, known, number, own, text } from './read.ts';

/** node:cluster in its primary: its workers hang under it, and one that is forked again takes a free place. */
export const cluster: Adapter = {
  name: 'cluster',
  start(thread) {
    let hasForked = false;
    thread.children(() => {
      if (!isLoaded('cluster')) return;
      hasForked = true;
      thread.changed();
    });
    return {
      look: () => (hasForked ? partsOf(process.getBuiltinModule('node:cluster')) : []),
    };
  },
};

function partsOf(module: object): Part[] {
  const workers = own(module, 'workers');
  if (!isObject(workers)) return [];
  const living = Object.values(Object.getOwnPropertyDescriptors(workers)).map(
    ({ value }) => value as unknown,
  );
  const pids = living.flatMap((worker) => number(at(worker, 'process', 'pid')) ?? []);
  const exec = text(at(module, 'settings', 'exec'));
  return [
    {
      key: module,
      type: 'cluster',
      name: exec ? path.basename(exec) : 'cluster',
      facts: known({ exec, scheduling: schedulingWords(own(module, 'schedulingPolicy')) }),
      figures: {
        total: living.length,
        listening: living.filter((worker) => own(worker, 'state') === 'listening').length,
      },
      pids,
    },
  ];
}

/** `cluster.SCHED_NONE` and `cluster.SCHED_RR`. */
function schedulingWords(policy: unknown): string | undefined {
  if (policy === 1) return 'left to the operating system';
  return policy === 2 ? 'round-robin' : undefined;
}
