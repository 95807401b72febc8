import type { Act } from '../../../protocol/act.ts';
import type { Random } from '../random.ts';

/** What the service of the proof has (fixtures/proof.ts): worker lineages, each counting in the log. */
export const GAMES = ['app/games/g0', 'app/games/g1', 'app/games/g2', 'app/games/g3'];
/** A dynamic child that only `start-child` starts, and that nobody starts again once it has been taken away. */
export const GUEST = 'app/games/guest';
const PAIR = ['app/pair/left', 'app/pair/right'];
const FRAIL = ['app/frail/egg'];
const POOL = ['app/pool/thinker', 'app/pool/keeper'];
export const WORKERS = [...GAMES, 'app/late', 'app/guarded', ...FRAIL, ...PAIR, ...POOL];
/** Hosted outside the service's loop: never two of one lineage at once. */
export const HOSTED = POOL;

/** What an act is aimed at. */
export interface Aim {
  /** Lineage of the node; `root` is the service's process. */
  lineage: string;
  /** The thread or process beneath a hosted worker, instead of the worker itself. */
  isHost?: true;
  /** An incarnation that has ended already. */
  isPast?: true;
  subjects: readonly string[];
  blast: readonly string[];
  /** Dynamic children of what is restarted: those are not started again. */
  dropped: readonly string[];
  /** About how long such an act takes: the cut comes within it. */
  spanMs: number;
  /** Id of the dynamic child that it is asked to start. */
  child?: string;
  /** What is asked of it, and nothing else. */
  act?: Act;
  /** Of the acts `signal` and `suspend`. */
  signal?: NodeJS.Signals;
  leaseMs?: number;
  /** Its loop is made to stand still before: the service does that at this signal. */
  spunBy?: NodeJS.Signals;
}

const worker = (lineage: string, spanMs = 6, blast: readonly string[] = [lineage]): Aim => ({
  lineage,
  subjects: [lineage],
  blast,
  dropped: [],
  spanMs,
});
const all = (lineage: string, spanMs = 8): Aim => {
  const below = [...WORKERS, GUEST].filter((each) => lineage === 'root' || each.startsWith(`${lineage}/`));
  const isDynamic = (each: string) => GAMES.includes(each) || each === GUEST;
  const dropped = lineage === 'root' ? [] : below.filter(isDynamic);
  const subjects = below.filter((each) => !dropped.includes(each));
  return { lineage, subjects, blast: below, dropped, spanMs };
};

/** Ends nothing: nobody starts anew, and `counting` counts on. */
const unended = (act: Act, lineage: string, spanMs: number, more: Partial<Aim> = {}): Aim => ({
  lineage,
  subjects: [lineage],
  blast: [],
  dropped: [],
  spanMs,
  act,
  ...more,
});
/** The service's main thread, by a task that runs on it for as long as it does. */
const MAIN = { subjects: ['app/guarded'] };
const [THINKER, KEEPER] = POOL as [string, string];
const ENDED_BY = { act: 'signal', signal: 'SIGTERM' } as const;
const KILLED_BY = { act: 'signal', signal: 'SIGKILL' } as const;

const AIMS: readonly (readonly [Aim, number])[] = [
  ...GAMES.map((lineage) => [worker(lineage), 9] as const),
  [{ ...worker(GAMES[0]!), isPast: true }, 4],
  [worker('app/late', 1100), 3],
  [worker('app/guarded'), 5],
  [worker('app/frail/egg'), 5],
  [worker('app/pair/left', 6, PAIR), 4],
  [worker('app/pair/right', 6, PAIR), 4],
  [worker('app/pool/thinker', 60), 7],
  [worker('app/pool/keeper', 250), 7],
  [{ ...worker('app/pool/thinker', 60), isHost: true }, 3],
  [{ ...worker('app/pool/keeper', 250), isHost: true }, 3],
  [all('app/games'), 4],
  [{ ...worker(GUEST), lineage: 'app/games', child: 'guest' }, 8],
  [worker(GUEST), 8],
  [all('app/frail'), 2],
  [all('app', 400), 2],
  [all('root', 400), 4],
  [unended('suspend', THINKER, 20), 6],
  [unended('suspend', KEEPER, 20), 6],
  [unended('suspend', KEEPER, 20, { isHost: true }), 2],
  [unended('suspend', 'main', 20, MAIN), 4],
  [unended('resume', THINKER, 10), 1],
  [unended('resume', KEEPER, 10), 1],
  [unended('signal', KEEPER, 1000, { signal: 'SIGWINCH' }), 3],
  [unended('signal', 'root', 1000, { signal: 'SIGWINCH', ...MAIN }), 3],
  [{ ...worker(KEEPER, 250), ...ENDED_BY }, 3],
  [{ ...worker(KEEPER, 250), ...KILLED_BY }, 2],
  [{ ...all('root', 400), ...KILLED_BY }, 1],
  [unended('break', THINKER, 300, { spunBy: 'SIGURG' }), 4],
  [unended('break', KEEPER, 300, { spunBy: 'SIGIO' }), 4],
];

export type Cut =
  | 'client dropped'
  | 'client asks again'
  | 'tunnel cut'
  | 'tunnel stalled'
  | 'hub died'
  | 'client asks a new hub again'
  | 'service killed';

const CUTS: readonly (readonly [Cut, number])[] = [
  ['client dropped', 20],
  ['client asks again', 20],
  ['tunnel cut', 20],
  ['tunnel stalled', 12],
  ['hub died', 16],
  ['client asks a new hub again', 8],
  ['service killed', 12],
];

const ENDS_HUB: readonly Cut[] = ['hub died', 'client asks a new hub again'];
/** A tunnel that is only stalled for a while loses nobody. */
export const ENDS_SESSION: readonly Cut[] = [...ENDS_HUB, 'client dropped', 'tunnel cut', 'service killed'];

/** When the cut comes: before the question leaves, so long after it, or once that phase was told. */
export type Moment = { beforeAsking: true } | { afterMs: number } | { phase: string };

export interface Plan {
  aim: Aim;
  act: Act;
  cut: Cut;
  moment: Moment;
  /** How long the tunnel stays away. */
  awayMs: number;
}

/** What is asked for next. `stopped`: a static child that an act before this one stopped is started again. */
export function nextPlan(random: Random, stopped: string | null, mayEndHub: boolean): Plan {
  const chosen = stopped === null ? random.weighted(AIMS) : aimAt(stopped);
  const aim = chosen.act === 'suspend' ? { ...chosen, leaseMs: chooseLease(random) } : chosen;
  return planFor(random, aim, stopped === null ? chooseAct(random, aim) : 'restart', mayEndHub);
}

function planFor(random: Random, aim: Aim, act: Act, mayEndHub: boolean): Plan {
  // The signal at which the service ends its hub reaches a main thread that is held when it no longer is.
  const cuts = mayEndHub && aim.lineage !== 'main' ? CUTS : CUTS.filter(([cut]) => !ENDS_HUB.includes(cut));
  // Most others end the session, and with it at once what it was to hold.
  const isKept = act === 'suspend' && random.chance(0.5);
  return {
    aim,
    act,
    cut: isKept ? 'tunnel stalled' : random.weighted(cuts),
    moment: chooseMoment(random, aim, act),
    awayMs: 50 + random.int(0, 1000),
  };
}

/** A short one ends by itself; a long one would be seen to outlive its session, or its hub. */
function chooseLease(random: Random): number {
  return random.chance(0.4) ? random.int(300, 1500) : random.int(8000, 12_000);
}

/** What becomes of what is held: an act on it, or the end of what holds it. */
export type Release = Plan | 'session ends' | 'hub dies' | 'lease ends';

export function nextRelease(random: Random, { lineage, leaseMs }: Aim, mayEndHub: boolean): Release {
  const isMain = lineage === 'main';
  const resume = unended('resume', lineage, 10, isMain ? MAIN : {});
  const plan = (aim: Aim, act: Act) => () => planFor(random, aim, act, mayEndHub);
  return random.weighted<() => Release>([
    [plan(resume, 'resume'), 8],
    [plan(isMain ? all('root', 400) : aimAt(lineage), 'kill'), 3],
    [() => 'session ends', 3],
    [() => 'hub dies', mayEndHub && !isMain ? 3 : 0],
    [() => 'lease ends', leaseMs! < 2000 ? 4 : 0],
  ])();
}

function aimAt(lineage: string): Aim {
  return AIMS.find(([aim]) => isAt(aim, lineage))![0];
}

function isAt(aim: Aim, lineage: string): boolean {
  const isPlain = aim.child === undefined && aim.act === undefined && !aim.isHost && !aim.isPast;
  return aim.lineage === lineage && isPlain;
}

function chooseAct(random: Random, { lineage, isHost, child, act }: Aim): Act {
  if (act !== undefined) return act;
  if (child !== undefined) return 'start-child';
  // Its place is free again for the next start-child.
  if (lineage === GUEST) return 'stop';
  // Nothing starts an outermost supervisor again, and nothing inside it the process.
  if (lineage === 'app') return 'restart';
  if (lineage === 'root') return 'kill';
  if (isHost) return 'kill';
  return random.weighted([
    ['kill', 60],
    ['stop', 15],
    ['restart', 25],
  ] as const);
}

function chooseMoment(random: Random, { spanMs, lineage }: Aim, act: Act): Moment {
  return random.weighted<() => Moment>([
    [() => ({ beforeAsking: true }), 1],
    [() => ({ afterMs: random.int(0, spanMs) }), 6],
    // Acts on what is protected are refused without a phase.
    [() => ({ phase: random.pick(PHASES[act] ?? ['accepted']) }), lineage === 'app/guarded' ? 0 : 5],
  ])();
}

const ALL_PHASES = ['accepted', 'exited', 'decided', 'started', 'ready'];
/** What acts are told on their way, as a rule. */
const PHASES: Partial<Record<Act, string[]>> = {
  kill: ALL_PHASES,
  restart: ALL_PHASES,
  stop: ['accepted', 'exited'],
};
