import type { Author } from './ledger.ts';

/** Frames as they were sent and taken, deflated where they are, without what ssh adds. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
  calls: number;
}

/** One session that is open just now. */
export interface SessionCost extends Traffic {
  author: Author;
  /** Milliseconds since 1970. */
  since: number;
  /** Watches under way: each sends without being asked again. */
  watches: number;
  /** It is the one that asked. */
  isAsking: boolean;
}

/**
 * What the agent takes of one process. All that counts up counts from `hubStartedAt` on, so a rate is a difference
 * between two answers, over that of `t`. A figure is null where it is not measured; `notMeasured` says why.
 */
export interface ProcessCost {
  /** The process's node. */
  node: string;
  pid: number;
  /** Monotonic, in milliseconds: for rates. */
  t: number;
  /** Milliseconds since 1970: one life of the hub's thread. */
  hubStartedAt: number;
  /** The hub's thread. */
  hub: {
    cpuMs: number | null;
    heapUsedBytes: number;
    /** What its heap has taken of the machine, used or not. */
    heapBytes: number;
    /**
     * Outside its heap, as V8 counts it: reserved, which is more than the machine gives before it is touched. 16 MiB of it are
     * the WebAssembly of the ssh library, from the first login on.
     */
    externalBytes: number;
  };
  /** What probes took of the threads they look at, as each counted it itself; at least. */
  threads: { mainMs: number | null; others: number; othersMs: number | null };
  /** The whole process, the agent among it: to compare with. */
  process: { cpuMs: number; rssBytes: number; uptimeMs: number };
  sessions: SessionCost[];
  /** All sessions since `hubStartedAt`, ended ones too. */
  total: Traffic & { sessions: number };
  /** What its listening sockets took and sent, ssh, logins and all; null for a process that listens nowhere. */
  network: { bytesIn: number; bytesOut: number } | null;
  /** Absent: an agent without a budget, older than it. */
  overhead?: Overhead;
  notMeasured: NotMeasured[];
}

/** How the agent of a process keeps to its budget. Shares of one core, 0 to 100. */
export interface Overhead {
  budgetPercent: number;
  /** Its thread and its probes over the last window; null before the first is over. */
  usedPercent: number | null;
  /** Milliseconds between two samples. */
  sampleMs: number;
  /** Since when it samples more seldom than it would, milliseconds since 1970; null: it does not. */
  slowedAt: number | null;
}

export interface NotMeasured {
  what: string;
  why: string;
  /** The figure here that is null for that reason. */
  figure?: 'hub.cpuMs' | 'threads.mainMs' | 'threads.othersMs';
}

export interface CostAnswer {
  /** The instance's own process first, then each that joined it. */
  processes: (ProcessCost | { node: string; pid: number; why: string })[];
  /** Processes that joined and were not asked: there are too many. */
  more: number;
}

/** What the agent's own threads and probes used between two answers for one process. Null: not measured, or no time passed. */
export interface CostRates {
  /** Shares of one core, 0 to 100. */
  hubCpuPercent: number | null;
  mainPercent: number | null;
  othersPercent: number | null;
  bytesInPerS: number | null;
  bytesOutPerS: number | null;
}

/** Null where the hub was started anew in between: what it counted is gone. */
export function ratesBetween(before: ProcessCost, after: ProcessCost): CostRates | null {
  const ms = after.t - before.t;
  if (before.node !== after.node || before.hubStartedAt !== after.hubStartedAt || ms <= 0) return null;
  const share = (from: number | null, to: number | null) =>
    from === null || to === null ? null : (Math.max(0, to - from) / ms) * 100;
  const perS = (from: number, to: number) => ((to - from) / ms) * 1000;
  return {
    hubCpuPercent: share(before.hub.cpuMs, after.hub.cpuMs),
    mainPercent: share(before.threads.mainMs, after.threads.mainMs),
    othersPercent: share(before.threads.othersMs, after.threads.othersMs),
    bytesInPerS: perS(before.total.bytesIn, after.total.bytesIn),
    bytesOutPerS: perS(before.total.bytesOut, after.total.bytesOut),
  };
}
