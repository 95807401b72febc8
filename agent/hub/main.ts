import { parentPort, workerData } from 'node:worker_threads';
import type { HubData } from '../hub-thread.ts';
import { Acts } from './acts/acts.ts';
import { run } from './run.ts';

/** The hub's thread. */
if ((workerData as HubData | null)?.perch) {
  void run(workerData as HubData, parentPort!, (hub) => new Acts(hub));
}
