/** One line of the log that the service writes of itself; `absent` lines are the proof's own, from /proc. */
export interface LogLine {
  /** The machine's monotonic clock in milliseconds: the same for every process of it. */
  t: number;
  what: 'boot' | 'fill' | 'start' | 'tick' | 'told' | 'end' | 'absent';
  pid: number;
  tid: number;
  /** Pid of the service whose life it is. */
  boot?: number;
  lineage?: string;
  incarnation?: number;
  n?: number;
}

/** One incarnation of a worker, as its own log and /proc tell of it. */
export interface Life {
  boot: number;
  lineage: string;
  incarnation: number;
  pid: number;
  tid: number;
  startedAt: number;
  /** It certainly ran until then. */
  lastSeenAt: number;
  /** It certainly did not run any more by then; null while it may. */
  endedAt: number | null;
  toldAt: number | null;
  ticks: number;
}

/** One life of the service itself. */
export interface Boot {
  pid: number;
  startedAt: number;
  endedAt: number | null;
}

/** What the log says, read line by line. */
export class Lives {
  readonly all: Life[] = [];
  readonly boots: Boot[] = [];
  readonly fills: number[] = [];
  readonly #current = new Map<string, Life>();

  add(line: LogLine): void {
    switch (line.what) {
      case 'boot':
        this.boots.push({ pid: line.pid, startedAt: line.t, endedAt: null });
        return;
      case 'fill':
        this.fills.push(line.t);
        return;
      case 'absent':
        return this.#absent(line);
      case 'start':
        return this.#start(line);
      default:
        return this.#heard(line);
    }
  }

  of(boot: number, lineage: string, incarnation: number): Life | undefined {
    return this.#current.get(`${boot} ${lineage} ${incarnation}`);
  }

  /** Lives of which it is not known yet that they have ended. */
  running(): Life[] {
    return this.all.filter(({ endedAt }) => endedAt === null);
  }

  #start({ t, boot, lineage, incarnation, pid, tid }: LogLine): void {
    const life: Life = {
      boot: boot!,
      lineage: lineage!,
      incarnation: incarnation!,
      pid,
      tid,
      startedAt: t,
      lastSeenAt: t,
      endedAt: null,
      toldAt: null,
      ticks: 0,
    };
    this.all.push(life);
    this.#current.set(`${boot} ${lineage} ${incarnation}`, life);
  }

  #heard({ t, what, boot, lineage, incarnation, n }: LogLine): void {
    const life = this.of(boot!, lineage!, incarnation!);
    if (!life) return;
    life.lastSeenAt = t;
    if (what === 'tick') life.ticks = n!;
    if (what === 'told') life.toldAt = t;
    if (what === 'end') life.endedAt = t;
  }

  #absent({ t, pid, tid }: LogLine): void {
    for (const life of this.all) {
      if (life.pid === pid && life.tid === tid && life.startedAt < t) life.endedAt ??= t;
    }
    for (const boot of this.boots) if (boot.pid === pid && tid === pid) boot.endedAt ??= t;
  }
}
