/** One line of the log that the service writes of itself; `absent` lines are the proof's own, from /proc. */
export interface LogLine {
  /** The machine's monotonic clock in milliseconds: the same for every process of it. */
  t: number;
  what: 'boot' | 'fill' | 'signal' | 'start' | 'tick' | 'spin' | 'spun' | 'told' | 'end' | 'absent';
  pid: number;
  tid: number;
  /** Pid of the service whose life it is. */
  boot?: number;
  lineage?: string;
  incarnation?: number;
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
  /** When it counted. */
  ticks: number[];
  /** Its loop stands still from then on: until `endedAt`, unless somebody breaks it. */
  spins: { startedAt: number; endedAt: number | null }[];
}

/** One life of the service itself. */
export interface Boot {
  pid: number;
  startedAt: number;
  /** The last line of its main thread, which writes several a tick: it ended after that, and not long after. */
  lastSeenAt: number;
  /** It had ended by then; null while it may run. It is seen in /proc only, so later than it was. */
  endedAt: number | null;
}

/** What the log says, read line by line. */
export class Lives {
  readonly all: Life[] = [];
  readonly boots: Boot[] = [];
  readonly fills: number[] = [];
  /** Each SIGWINCH that a process got. */
  readonly signals: { t: number; pid: number }[] = [];
  /** The time of the last line. */
  lastAt = 0;
  readonly #current = new Map<string, Life>();

  add(line: LogLine): void {
    this.lastAt = Math.max(this.lastAt, line.t);
    const service = line.what !== 'absent' && line.tid === line.boot && this.#bootOf(line.tid);
    if (service) service.lastSeenAt = line.t;
    switch (line.what) {
      case 'boot':
        this.boots.push({ pid: line.pid, startedAt: line.t, lastSeenAt: line.t, endedAt: null });
        return;
      case 'fill':
        this.fills.push(line.t);
        return;
      case 'signal':
        this.signals.push({ t: line.t, pid: line.pid });
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

  /**
   * Whether it may have ended because its service did: after the last line of that. When the service itself was gone is
   * seen later than its children and threads go, which may be after the next act was asked for.
   */
  endedWithService({ boot, endedAt }: Life): boolean {
    const service = this.#bootOf(boot);
    return service?.endedAt != null && endedAt !== null && endedAt > service.lastSeenAt;
  }

  /** Lives of which it is not known yet that they have ended. */
  running(): Life[] {
    return this.all.filter(({ endedAt }) => endedAt === null);
  }

  /** The latest: a pid may be used again. */
  #bootOf(pid: number): Boot | undefined {
    return this.boots.findLast((boot) => boot.pid === pid);
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
      ticks: [],
      spins: [],
    };
    this.all.push(life);
    this.#current.set(`${boot} ${lineage} ${incarnation}`, life);
  }

  #heard({ t, what, boot, lineage, incarnation }: LogLine): void {
    const life = this.of(boot!, lineage!, incarnation!);
    if (!life) return;
    life.lastSeenAt = t;
    if (what === 'tick') life.ticks.push(t);
    if (what === 'spin') life.spins.push({ startedAt: t, endedAt: null });
    if (what === 'spun') life.spins.at(-1)!.endedAt = t;
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
