import type { AdapterNote, ComponentFacts, Figures } from './component.ts';
import { type PackedColumns, unpackColumns } from './tree-pack.ts';

/**
 * Node kinds (docs/protocol.md). A `worker` is OTP's supervised leaf; a worker_threads Worker is a `thread`; a
 * `component` is what an adapter found in a library. Only clients that accept `components` are sent those.
 */
export const KINDS = ['process', 'thread', 'supervisor', 'worker', 'component'] as const;
export type NodeKind = (typeof KINDS)[number];

export const HOSTS = ['task', 'thread', 'process'] as const;
export type HostKind = (typeof HOSTS)[number];

export const STATUSES = [
  'starting',
  'running',
  'blocked',
  'suspended',
  'stopping',
  'exited',
  'straggler',
  'stale',
  /** It has ended, and its successor waits for the supervisor's back-off; `metrics.restartsAt` says until when. */
  'restarting',
] as const;
export type NodeStatus = (typeof STATUSES)[number];

/** How soon a status is to be looked at: what stands further behind, sooner. */
export const STATUS_RANKS: readonly NodeStatus[] = [
  'exited',
  'running',
  'starting',
  'stopping',
  'suspended',
  'restarting',
  'stale',
  'straggler',
  'blocked',
];

/** All optional: a figure that is not known is absent, never zero. */
export interface Metrics {
  /** Share of one core over the last sample, 0 to 100 × cores. */
  cpuPercent?: number;
  /** Resident memory of a process. */
  rssBytes?: number;
  heapUsedBytes?: number;
  heapLimitBytes?: number;
  /** Event loop utilisation over the last sample, 0 to 1 (perf_hooks). */
  loopUtilization?: number;
  /** Longest delay of the heartbeat over the last sample. */
  loopDelayMs?: number;
  /** Things waiting, under the node's own `backlogWord`. */
  backlog?: number;
  /** Of a process whose agent is past its budget: it samples only so often (docs/decisions/0029). */
  sampleEveryMs?: number;
  /** Of a node that is `restarting`: when its successor is due, milliseconds since 1970. */
  restartsAt?: number;
  /** Of a component: what is counted of it. */
  figures?: Figures;
}

export interface Link {
  to: string;
  /** `registered-by`: the thread whose code declared it; `pool`: it is a member of that pool. */
  kind: 'registered-by' | 'pool';
}

/** What a supervisor was told, in OTP's words; null for nodes that are no supervisor. */
export interface SupervisorFacts {
  strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'dynamic';
  intensity: number;
  periodMs: number;
  /** Restarts within the current period; counts down by itself, about a second late. */
  restartsInPeriod: number;
  /** When the oldest of them leaves the period, milliseconds since 1970; null when there is none. */
  nextRefillAt?: number | null;
  /** OTP's auto_shutdown; absent: never. */
  autoShutdown?: 'never' | 'any_significant' | 'all_significant';
  /** Restarts wait: `firstMs`, then longer for each in a row, `mostMs` at most. Absent: they do not. */
  backOff?: { firstMs: number; mostMs: number };
}

/** What a child spec said; null for nodes that no supervisor started. */
export interface ChildFacts {
  restart: 'permanent' | 'transient' | 'temporary';
  /** `brutal_kill`, `infinity`, or milliseconds. */
  shutdown: 'brutal_kill' | 'infinity' | number;
  significant: boolean;
  protected: boolean;
  /** Its place among its siblings, in start order, the same for its successors; absent below a dynamic supervisor. */
  order?: number;
  /** It ended and has lost its place, to a successor or for good: it cannot be started again. */
  hasLostPlace?: true;
  /** It must say this often that it goes on; `missed` in a row are a crash. Absent: it need not. */
  heartbeat?: { everyMs: number; missed: number };
}

export interface TreeNode {
  /**
   * `4121` a process, `4121.0` its main thread (`4121.3` thread 3), `4121.0.17` what code in that thread
   * declared. Never used twice within an epoch, so an id names one incarnation.
   */
  id: string;
  parent: string | null;
  links: Link[];
  kind: NodeKind;
  /** Where a worker runs; null for other kinds. */
  host: HostKind | null;
  name: string;
  /** What survives a restart: `app/games/7f3a`, `main`, `thread:NAME`, `process:NAME`. */
  lineage: string;
  incarnation: number;
  status: NodeStatus;
  pid: number;
  /** worker_threads' threadId (0 is main) of the thread it is or was declared in; null for processes. */
  threadId: number | null;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Set on a ghost: when it ended, in milliseconds since 1970. */
  endedAt: number | null;
  /** Restarts of this lineage so far. */
  restarts: number;
  /** Why this incarnation ended, or (while it lives) why the one before it did. */
  exitReason: string | null;
  /** How long this thread's loop has stood still; null when it turns. */
  blockedMs: number | null;
  /** `state` can be asked of it. */
  hasState: boolean;
  /** The word for what its backlog counts: mailbox, queue, pending. */
  backlogWord: string | null;
  /** For processes: whether an agent runs inside. For others always true. */
  observed: boolean;
  /** For processes: the command line, secrets redacted. For threads: their file. */
  command: string | null;
  supervisor: SupervisorFacts | null;
  child: ChildFacts | null;
  component: ComponentFacts | null;
  /** For processes: adapters that are switched off in a thread of it, or leave something out; null: none. */
  adapters: AdapterNote[] | null;
  metrics: Metrics;
}

/** Who answers: one service process with its root hub. */
export interface InstanceInfo {
  service: string;
  region: string;
  /** Names the instance across restarts: PERCH_INSTANCE, FLY_MACHINE_ID, or host and listen address. */
  instance: string;
  pid: number;
  /** Node's version, `20.20.2`. */
  node: string;
  /** One life of the root hub. A new epoch means that everything before it is gone. */
  epoch: string;
  /** The agent's version. */
  agent: string;
  /** When the service process started, milliseconds since 1970. */
  startedAt: number;
  /** Where the agent listens: addresses and `unix:` paths. */
  listening: string[];
  /** Names its audit log and its black box, over all its lives; absent: an agent older than those. */
  keptAs?: string;
  /** When the agent was attached to it, milliseconds since 1970; absent: it started with the service. */
  attachedAt?: number;
  /** What its surroundings keep its agent from, a sentence each; absent: nothing, or an agent that does not tell. */
  limits?: string[];
}

type Column<K extends keyof TreeNode> = TreeNode[K][];
export type TreeColumns = { [K in keyof TreeNode]: Column<K> };

/** A whole tree, one array per field: half the size of objects, and quick to read into typed columns. */
export interface TreeSnapshot {
  epoch: string;
  revision: number;
  /** Milliseconds since 1970 at the agent, when the snapshot was taken. */
  at: number;
  /** Packed for a client that accepts it (tree-pack.ts); `fromColumns` reads both. */
  columns: TreeColumns | PackedColumns;
  /** Asked for in parts these are only the first rows; deltas bring the rest. */
  more?: true;
}

/** `+` a new node, `~` changed fields, `-` no longer shown. */
export type TreeChange = ['+', TreeNode] | ['~', string, Partial<Omit<TreeNode, 'id'>>] | ['-', string];

export interface TreeDelta {
  /** Applies to exactly this revision; anything else is a missed one. */
  from: number;
  revision: number;
  at: number;
  changes: TreeChange[];
  /** Further rows of a snapshot in parts, as they are at this revision; `more` until the last. */
  rows?: TreeColumns | PackedColumns;
  more?: true;
}

/** A function for each field: reading 100,000 nodes field by field by its name takes several times as long. */
const READ: { [K in keyof TreeNode]: (node: TreeNode) => TreeNode[K] } = {
  id: (node) => node.id,
  parent: (node) => node.parent,
  links: (node) => node.links,
  kind: (node) => node.kind,
  host: (node) => node.host,
  name: (node) => node.name,
  lineage: (node) => node.lineage,
  incarnation: (node) => node.incarnation,
  status: (node) => node.status,
  pid: (node) => node.pid,
  threadId: (node) => node.threadId,
  startedAt: (node) => node.startedAt,
  endedAt: (node) => node.endedAt,
  restarts: (node) => node.restarts,
  exitReason: (node) => node.exitReason,
  blockedMs: (node) => node.blockedMs,
  hasState: (node) => node.hasState,
  backlogWord: (node) => node.backlogWord,
  observed: (node) => node.observed,
  command: (node) => node.command,
  supervisor: (node) => node.supervisor,
  child: (node) => node.child,
  component: (node) => node.component,
  adapters: (node) => node.adapters,
  metrics: (node) => node.metrics,
};

export const NODE_FIELDS = Object.keys(READ) as (keyof TreeNode)[];

export function toColumns(nodes: Iterable<TreeNode>): TreeColumns {
  const list = Array.isArray(nodes) ? (nodes as TreeNode[]) : [...nodes];
  const columns: Record<string, unknown[]> = {};
  for (const field of NODE_FIELDS) columns[field] = list.map(READ[field] as (node: TreeNode) => unknown);
  return columns as TreeColumns;
}

/** The nodes of a snapshot, parents before their children whenever the agent sent them so. */
export function fromColumns(columns: TreeColumns | PackedColumns): TreeNode[] {
  const plain = unpackColumns(columns);
  const nodes: TreeNode[] = [];
  // Written out, so that all have one shape and none is built up name by name.
  for (let row = 0; row < plain.id.length; row++) {
    nodes.push({
      id: plain.id[row]!,
      parent: plain.parent[row]!,
      links: plain.links[row]!,
      kind: plain.kind[row]!,
      host: plain.host[row]!,
      name: plain.name[row]!,
      lineage: plain.lineage[row]!,
      incarnation: plain.incarnation[row]!,
      status: plain.status[row]!,
      pid: plain.pid[row]!,
      threadId: plain.threadId[row]!,
      startedAt: plain.startedAt[row]!,
      endedAt: plain.endedAt[row]!,
      restarts: plain.restarts[row]!,
      exitReason: plain.exitReason[row]!,
      blockedMs: plain.blockedMs[row]!,
      hasState: plain.hasState[row]!,
      backlogWord: plain.backlogWord[row]!,
      observed: plain.observed[row]!,
      command: plain.command[row]!,
      supervisor: plain.supervisor[row]!,
      child: plain.child[row]!,
      // An agent that is older than these sends no such columns.
      component: plain.component?.[row] ?? null,
      adapters: plain.adapters?.[row] ?? null,
      metrics: plain.metrics[row]!,
    });
  }
  return nodes;
}
