import { parentPort, workerData } from 'node:worker_threads';
import type { HubData } from '../hub-thread.ts';
import { noControl } from './control.ts';
import { run } from './run.ts';

/** The hub's thread of `@perch/agent/observe`: what it does not import is not in that file. */
if ((workerData as HubData | null)?.perch) {
  void run(workerData as HubData, parentPort!, () => noControl());
}
