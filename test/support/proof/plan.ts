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
];

export type Cut =
  | 'client dropped'
  | 'client asks again'
  | 'tunnel cut'
  | 'tunnel stalled'
  | 'hub died'
  | 'service killed';

const CUTS: readonly (readonly [Cut, number])[] = [
  ['client dropped', 20],
  ['client asks again', 20],
  ['tunnel cut', 20],
  ['tunnel stalled', 12],
  ['hub died', 16],
  ['service killed', 12],
];

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
  const aim = stopped === null ? random.weighted(AIMS) : AIMS.find(([each]) => isAt(each, stopped))![0];
  const cuts = mayEndHub ? CUTS : CUTS.filter(([cut]) => cut !== 'hub died');
  return {
    aim,
    act: stopped === null ? chooseAct(random, aim) : 'restart',
    cut: random.weighted(cuts),
    moment: chooseMoment(random, aim.spanMs),
    awayMs: 50 + random.int(0, 1000),
  };
}

function isAt(aim: Aim, lineage: string): boolean {
  return aim.lineage === lineage && !aim.isHost && !aim.isPast && aim.child === undefined;
}

function chooseAct(random: Random, { lineage, isHost, child }: Aim): Act {
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

function chooseMoment(random: Random, spanMs: number): Moment {
  return random.weighted<() => Moment>([
    [() => ({ beforeAsking: true }), 1],
    [() => ({ afterMs: random.int(0, spanMs) }), 6],
    [() => ({ phase: ['accepted', 'exited', 'decided', 'started', 'ready'][random.int(0, 4)]! }), 5],
  ])();
}
