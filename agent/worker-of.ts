/** Names the process whose supervisor started a worker's process. What that starts inherits it, from another parent. */
const WORKER_OF = 'PERCH_WORKER_OF';

/** The environment of a process that is to host a worker of this one. */
export function workerEnv(): NodeJS.ProcessEnv {
  return { ...process.env, [WORKER_OF]: String(process.pid) };
}

export function isWorkerProcess(): boolean {
  return process.env[WORKER_OF] === String(process.ppid);
}
