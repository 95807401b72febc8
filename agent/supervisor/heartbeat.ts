/** Not OTP's, off by default: a worker that does not say for so long that it goes on has crashed. */
export interface Heartbeat {
  /** How often its code calls `context.beat()`, at the least. */
  readonly everyMs: number;
  /** Beats in a row that may fail to come; at that many it has crashed. */
  readonly missed: number;
}

/** A runner passes on so many beats in the time of one; the supervisor allows for what that hides. */
export const BEATS_PASSED_ON = 4;

/** Awaits beats from its making on; calls `missed` once none came for too long. One timer for all of a thread. */
export class AwaitedBeats {
  readonly #group: Group;
  readonly #limitMs: number;
  readonly #missed: () => void;
  #seenMs = 0;

  constructor({ everyMs, missed: most }: Heartbeat, missed: () => void) {
    this.#limitMs = everyMs * (most + 1 / BEATS_PASSED_ON);
    this.#missed = missed;
    this.#group = join(everyMs, this);
    this.beat();
  }

  beat(): void {
    this.#seenMs = nowMs();
  }

  /** None will come for so long, and that is no fault of the worker; the next one ends this. */
  pause(forMs: number): void {
    this.#seenMs = nowMs() + forMs;
  }

  end(): void {
    leave(this.#group, this);
  }

  look(): void {
    if (loopMs - this.#seenMs > this.#limitMs) this.#missed();
  }
}

/** Those of one `everyMs` are looked at together, twice in that time. */
interface Group {
  readonly everyMs: number;
  readonly awaited: Set<AwaitedBeats>;
  nextLookMs: number;
}

/** The loop's time goes in steps: a quarter of the shortest `everyMs`, within these. */
const STEP_MS = { least: 5, most: 250 };

const groups = new Map<number, Group>();
let timer: NodeJS.Timeout | null = null;
let stepMs = STEP_MS.most;
let steppedAt = 0;
/**
 * For how long this loop has turned. While it stands still no worker in it can beat, and none elsewhere is heard; so
 * that time does not count: after it, whoever beats in time is in time.
 */
let loopMs = 0;

/** However long ago the last step was, the loop has turned for no more than one. */
function nowMs(): number {
  return loopMs + Math.min(performance.now() - steppedAt, stepMs);
}

function step(): void {
  loopMs = nowMs();
  steppedAt = performance.now();
}

function look(): void {
  step();
  for (const group of groups.values()) {
    if (loopMs < group.nextLookMs) continue;
    group.nextLookMs = loopMs + group.everyMs / 2;
    for (const awaited of group.awaited) awaited.look();
  }
}

function join(everyMs: number, awaited: AwaitedBeats): Group {
  let group = groups.get(everyMs);
  if (!group) {
    group = { everyMs, awaited: new Set(), nextLookMs: 0 };
    groups.set(everyMs, group);
    keepPace();
    group.nextLookMs = loopMs + everyMs / 2;
  }
  group.awaited.add(awaited);
  return group;
}

function leave(group: Group, awaited: AwaitedBeats): void {
  if (!group.awaited.delete(awaited) || group.awaited.size > 0) return;
  groups.delete(group.everyMs);
  keepPace();
}

/** One timer, as fast as the shortest `everyMs` asks for; none when nobody is awaited. */
function keepPace(): void {
  const wantedMs = Math.max(STEP_MS.least, Math.min(STEP_MS.most, ...Array.from(groups.keys(), quarter)));
  if (timer && groups.size > 0 && wantedMs === stepMs) return;
  if (timer) {
    step();
    clearInterval(timer);
    timer = null;
  }
  if (groups.size === 0) return;
  stepMs = wantedMs;
  steppedAt = performance.now();
  timer = setInterval(look, stepMs);
  // Looking for a crash is no reason to keep a service alive.
  timer.unref();
}

const quarter = (ms: number): number => ms / 4;
