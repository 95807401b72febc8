import { type HostKind, type NodeKind, type NodeStatus, STATUS_RANKS } from './tree.ts';

/**
 * One node in the list of nodes (`nodes`). What is not known is null, never zero. A worker that is hosted on a thread
 * or in a process has the figures of that.
 */
export interface NodeRow {
  id: string;
  lineage: string;
  name: string;
  kind: NodeKind;
  host: HostKind | null;
  status: NodeStatus;
  incarnation: number;
  pid: number;
  startedAt: number;
  blockedMs: number | null;
  /** Of a process: share of one core over the last sample, 0 to 100 × cores. */
  cpuPercent: number | null;
  /** Of a thread: share of the last sample in which its loop did not wait, 0 to 1; 1 while it is blocked. */
  loopUtilization: number | null;
  /** Of a thread: the longest delay of its heartbeat over the last sample; how long it is blocked, while it is. */
  loopDelayMs: number | null;
  rssBytes: number | null;
  heapUsedBytes: number | null;
  heapLimitBytes: number | null;
  backlog: number | null;
  backlogWord: string | null;
  /** Of what is supervised. */
  restarts: number | null;
  /** How the figures change, over the time between two samples; null until there are two. */
  memoryPerS: number | null;
  backlogPerS: number | null;
  restartsPerS: number | null;
}

export interface NodesAnswer {
  epoch: string;
  at: number;
  /** Nodes that live, of each kind; ghosts are not listed. */
  live: Record<NodeKind, number>;
  /** How many of them the filter lets through. */
  matching: number;
  /** The first of those, in the order that was asked for. */
  rows: NodeRow[];
}

type Value = number | string | null;

/** What a list can be sorted by, and the value of a row that counts for it. */
const VALUES = {
  /** How much of a core it takes, as near as is known: a process by its CPU time, a thread by its loop. */
  busy: busyPercentOf,
  cpu: (row) => row.cpuPercent,
  loop: (row) => row.loopUtilization,
  delay: (row) => row.loopDelayMs,
  /** What it takes of memory, as near as is known: a process what is resident, a thread its heap. */
  memory: memoryBytesOf,
  'memory-rate': (row) => row.memoryPerS,
  heap: (row) => row.heapUsedBytes,
  backlog: (row) => row.backlog,
  'backlog-rate': (row) => row.backlogPerS,
  restarts: (row) => row.restarts,
  'restart-rate': (row) => row.restartsPerS,
  started: (row) => row.startedAt,
  /** The worse, the greater. */
  status: (row) => STATUS_RANKS.indexOf(row.status),
  kind: (row) => row.kind,
  name: (row) => row.lineage,
} satisfies Record<string, (row: NodeRow) => Value>;

export type NodeSort = keyof typeof VALUES;
export const NODE_SORTS = Object.keys(VALUES) as [NodeSort, ...NodeSort[]];

export function busyPercentOf(row: NodeRow): number | null {
  if (row.cpuPercent !== null) return row.cpuPercent;
  return row.loopUtilization === null ? null : row.loopUtilization * 100;
}

export function memoryBytesOf(row: NodeRow): number | null {
  return row.rssBytes ?? row.heapUsedBytes;
}

/** Words begin at A, figures with the greatest, unless it is said otherwise. */
export function isDescendingUnlessTold(sort: NodeSort): boolean {
  return sort !== 'name' && sort !== 'kind';
}

/**
 * The order of a list. Hub and client share it, so that merged lists are in order too. What is not known comes last
 * either way; what is equal stands by lineage, so that nothing changes places for nothing.
 */
export function nodeOrder(sort: NodeSort, isDescending: boolean): (a: NodeRow, b: NodeRow) => number {
  const read: (row: NodeRow) => Value = VALUES[sort];
  const sign = isDescending ? -1 : 1;
  return (a, b) => {
    const [one, two] = [read(a), read(b)];
    if (one === two) return byText(a.lineage, b.lineage) || byText(a.id, b.id);
    if (one === null) return 1;
    if (two === null) return -1;
    return one < two ? -sign : sign;
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
