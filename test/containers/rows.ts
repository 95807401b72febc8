/** The rows of docs/containers.md, each with the test of its name (containers.test.ts). */
export interface Row {
  name: string;
  works: string;
  /** What does not, and where that is said; empty: all of it works. */
  not: string;
}

export const ROWS = [
  {
    name: 'Process 1',
    works: 'All. A kill ends it from inside, also in a busy loop: exit code 137, without `exit` handlers.',
    not: 'A stop, or another signal, that the service has no handler for: the kernel keeps it from process 1. The act says so at once. Inside a native call a kill waits for its end.',
  },
  {
    name: 'Read-only root',
    works: 'All, over a socket in `/dev/shm`.',
    not: 'Host key, audit and black box are of this life only, unless `XDG_STATE_HOME` names a volume.',
  },
  {
    name: 'No folder to write to',
    works: 'All, over the network (`PERCH_LISTEN`).',
    not: 'The local socket, `perch-stdio` with it, and child processes joining; `perch: no local socket: …` on stderr says why.',
  },
  {
    name: 'No HOME, no runtime directory',
    works: 'All, over a socket in `/tmp/perch-UID`.',
    not: 'Nothing is kept where the home of the user cannot be written.',
  },
  {
    name: 'A user id without a name (65534)',
    works: 'All, for the same user, and for root.',
    not: 'Other users find no agent; `perch-stdio` says as whom it looked.',
  },
  {
    name: '256 MB of memory',
    works:
      'All; the heap of the agent is bounded by a quarter of the limit, and V8 ends the agent there, not the kernel the service.',
    not: 'Trees of 100,000 nodes want a larger container.',
  },
  {
    name: 'No shell (distroless)',
    works: 'All: nothing of Perch needs one. `kubectl exec -i POD -- /nodejs/bin/node …/perch-stdio.cjs`.',
    not: '',
  },
  {
    name: '--permission',
    works:
      'Tree, ledger, state, acts on what is supervised. It needs `--allow-worker`, and `--allow-fs-read`, `--allow-fs-write` for its socket. As process 1 it is killed by its own loop.',
    not: 'Stacks, breaks, the state of a stuck loop, and a kill of process 1 whose loop is stuck: `NO_INSPECTOR`, or the act says why. Without `--allow-worker` no agent: `perch: no agent: …` on stderr.',
  },
  {
    name: '16 processes deep',
    works: 'All of them are one tree; each can be looked into and acted on.',
    not: '',
  },
  {
    name: 'PM2',
    works:
      'Fork mode and cluster mode, each process as an instance of its own under PM2\'s name and id (`web-0`), by which a killed one is followed to its next life. By `--node-args "-r @perch/agent/register"`, or NODE_OPTIONS: PM2 itself takes no agent.',
    not: "A cluster is no tree: what started its processes, PM2's daemon, is not looked into.",
  },
  {
    name: 'A clock that is set',
    works:
      'Arming, acts, restarts and their times, the moments of the ledger: they go by the monotonic clock.',
    not: 'Times of day before and after it differ by as much. Set ahead, what died before is no longer shown.',
  },
] as const satisfies readonly Row[];

export type RowName = (typeof ROWS)[number]['name'];
