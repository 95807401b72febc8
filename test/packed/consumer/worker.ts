import type { WorkerContext } from '@perch/agent';

export const run = (context: WorkerContext): Promise<unknown> => context.stopped;
