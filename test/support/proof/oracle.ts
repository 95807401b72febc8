import type { ActDocument } from '../../../protocol/act.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { harmlessClaims, isHarmless } from './harmless.ts';
import type { Life, Lives } from './lives.ts';

/** One act as the proof asked for it, and what it was told. Times are on the machine's monotonic clock. */
export interface Told {
  call: string;
  act: string;
  /** Worker lineages that the act is about: its target, or all below it. */
  subjects: readonly string[];
  /** Those and what their supervisor stops and starts with them. */
  blast: readonly string[];
  /** Dynamic children below it, which end with it and are not started again by their supervisor. */
  dropped: readonly string[];
  /** Of a worker: the very incarnation that was meant. Null: whatever ran below. */
  incarnation: number | null;
  /** What is named as its successor is a worker; otherwise a thread, a process or a supervisor. */
  namesWorker: boolean;
  /** It is the service's own process. */
  isRoot: boolean;
  boot: number;
  askedAt: number;
  answeredAt: number;
  /** When the next act was asked for, or the run ended. */
  closedAt: number;
  timeoutMs: number;
  /** Null where the client was told an error: then nothing was claimed. */
  document: Pick<ActDocument, 'outcome' | 'successor' | 'words' | 'error'> | null;
  /** Of a signal. */
  signal?: string;
  /** Of a suspend. */
  leaseMs?: number;
  /** When the proof ended the session that held it; null while it has not. */
  releasedAt: number | null;
  /** The proof itself killed the service meanwhile, or just before. */
  isServiceCut: boolean;
  /** Which life of it that was: the next one, where the act had ended that which it was asked of. */
  killed: number | null;
}

/** How much earlier than T a successor must have been there before "not within T" is called wrong. */
const READY_MARGIN_MS = 300;

/** Everything in which Perch's words and the service's own log disagree; empty when they agree. */
export function contradictions(told: Told, lives: Lives): string[] {
  const found = [...claims(told, lives), ...twice(told, lives), ...bystanders(told, lives)];
  return found.map((words) => `${told.call} (${told.act} ${told.subjects.join(' ')}): ${words}`);
}

/** The outcome against what became of those it was about. */
function claims(told: Told, lives: Lives): string[] {
  if (isHarmless(told)) {
    const life = lifeMeant(told, told.subjects[0]!, lives);
    return life ? harmlessClaims(told, life, lives) : [];
  }
  if (!told.document) return [];
  const { outcome } = told.document;
  if (told.isRoot) return rootClaims(outcome, told, lives);
  const lineages = [...told.subjects, ...told.dropped];
  return lineages.flatMap((lineage) => {
    const old = lifeMeant(told, lineage, lives);
    const next = successorOf(lineage, old, told, lives);
    return CLAIMS[outcome]({ told, lineage, old, next, lives });
  });
}

interface Claim {
  told: Told;
  lineage: string;
  old: Life | undefined;
  next: Life | undefined;
  lives: Lives;
}

const CLAIMS: Record<ActDocument['outcome'], (claim: Claim) => string[]> = {
  restarted: ({ told, lineage, old, next, lives }) => [
    ...notEnded('restarted', lineage, old, told),
    ...(told.dropped.includes(lineage) || (next && next.startedAt <= told.answeredAt)
      ? []
      : [`told restarted, and no successor of ${lineage} had started`]),
    ...wrongSuccessor(told, lineage, lives),
  ],
  'not-restarted': ({ told, lineage, old, next }) => [
    ...notEnded('not-restarted', lineage, old, told),
    ...(next && next.startedAt <= told.answeredAt
      ? [`told not-restarted, and ${lineage} #${next.incarnation} had started`]
      : []),
  ],
  escalated: ({ told, lineage, old }) => notEnded('escalated', lineage, old, told),
  gone: (claim) => undone('gone', claim),
  refused: (claim) => undone('refused', claim),
  straggler: ({ lineage, old }) => {
    if (!old || old.endedAt === null) return [];
    const afterMs = old.toldAt === null ? 0 : old.endedAt - old.toldAt;
    return afterMs >= LIMITS.stragglerMs
      ? []
      : [`told straggler, and ${lineage} #${old.incarnation} had ended`];
  },
  'not-recovered': ({ told, lineage, next }) => {
    const latest = told.askedAt + told.timeoutMs - READY_MARGIN_MS;
    return next && next.startedAt < latest
      ? [`told not-recovered, and ${lineage} #${next.incarnation} started within T`]
      : [];
  },
  // Of a signal that would end it: it still runs. Of start-child: exactly one start, and not more (`twice`).
  done: ({ told, lineage, old, lives }) =>
    told.act === 'signal'
      ? within(old?.endedAt ?? null, told) && !lives.endedWithService(old!)
        ? [`told that it still runs, and ${lineage} #${old!.incarnation} had ended`]
        : []
      : [
          ...(startedIn(lineage, told, lives).some((life) => life.startedAt <= told.answeredAt)
            ? []
            : [`told done, and ${lineage} had not started`]),
          ...wrongSuccessor(told, lineage, lives),
        ],
};

function notEnded(outcome: string, lineage: string, old: Life | undefined, told: Told): string[] {
  if (!old) return [];
  const name = `${lineage} #${old.incarnation}`;
  if (old.endedAt === null) return [`told ${outcome}, and ${name} never ended`];
  if (old.lastSeenAt > told.answeredAt) return [`told ${outcome}, and ${name} still ran afterwards`];
  return [];
}

function wrongSuccessor(told: Told, lineage: string, lives: Lives): string[] {
  const named = told.document!.successor?.incarnation;
  if (!told.namesWorker || named === undefined) return [];
  const isTrue = lives.all.some(
    (life) => life.lineage === lineage && life.incarnation === named && within(life.startedAt, told),
  );
  return isTrue ? [] : [`${lineage} #${named} was named its successor, and had not started`];
}

/** The same of the service's own process, whose lives are its boots. */
function rootClaims(outcome: ActDocument['outcome'], told: Told, lives: Lives): string[] {
  const at = lives.boots.findIndex(({ pid }) => pid === told.boot);
  const [old, next] = [lives.boots[at], lives.boots[at + 1]];
  const hasEnded = old !== undefined && old.endedAt !== null && old.endedAt <= told.closedAt;
  const hasNext = next !== undefined && within(next.startedAt, told);
  switch (outcome) {
    case 'restarted':
      return hasEnded && hasNext ? [] : ['told restarted, and the service lives on, or had not come back'];
    case 'not-restarted':
      return hasEnded && !hasNext ? [] : ['told not-restarted, and the service lives on, or had come back'];
    case 'gone':
    case 'refused':
      return hasEnded && !told.isServiceCut ? [`told ${outcome}, and the service was ended by it`] : [];
    case 'straggler':
      return hasEnded && old!.endedAt! < told.answeredAt ? ['told straggler, and the service had ended'] : [];
    case 'not-recovered':
      return hasNext && next.startedAt < told.askedAt + told.timeoutMs - READY_MARGIN_MS
        ? ['told not-recovered, and the service came back within T']
        : [];
    default:
      return [];
  }
}

/** Gone and refused: nothing was ended by it. */
function undone(outcome: string, { told, lineage, old, next, lives }: Claim): string[] {
  const wasToldBefore = old?.toldAt != null && old.toldAt <= told.askedAt;
  const hasEnded =
    old !== undefined && !wasToldBefore && within(old.endedAt, told) && !lives.endedWithService(old);
  const hasStarted = next?.boot === told.boot && within(next.startedAt, told);
  return hasEnded || hasStarted
    ? [
        `told ${outcome} (${told.document!.words}), and ${lineage} was ended by it${timesOf(old, told, lives)}`,
      ]
    : [];
}

/** No act is done twice: what one call is about starts anew at most once in one life of the service. */
function twice(told: Told, lives: Lives): string[] {
  return told.blast.flatMap((lineage) => {
    const started = startedIn(lineage, told, lives);
    const filled = lives.fills.filter((at) => at > told.askedAt && at <= told.closedAt).length;
    return started.length > 1 + filled
      ? [`${lineage} was started ${started.length} times: ${started.map((life) => `#${life.incarnation}`)}`]
      : [];
  });
}

/** Siblings go on: the same incarnation, still counting. */
function bystanders(told: Told, lives: Lives): string[] {
  const touched = lives.all.filter(
    (life) =>
      life.boot === told.boot &&
      !told.blast.includes(life.lineage) &&
      life.startedAt <= told.askedAt &&
      within(life.endedAt, told) &&
      !lives.endedWithService(life) &&
      (life.toldAt === null || life.toldAt > told.askedAt),
  );
  return touched.map(
    (life) => `${life.lineage} #${life.incarnation}, a bystander, ended${timesOf(life, told, lives)}`,
  );
}

/** For whoever reads of a contradiction: what came when, after the act was asked for. */
function timesOf(life: Life | undefined, told: Told, lives: Lives): string {
  const service = lives.boots.findLast(({ pid }) => pid === told.boot);
  const since = (t: number | null | undefined) => (t == null ? '-' : (t - told.askedAt).toFixed(1));
  return (
    ` [told ${since(life?.toldAt)}, ended ${since(life?.endedAt)}, answered ${since(told.answeredAt)}, ` +
    `next ${since(told.closedAt)}, service ${since(service?.lastSeenAt)} to ${since(service?.endedAt)} ms]`
  );
}

function lifeMeant(told: Told, lineage: string, lives: Lives): Life | undefined {
  if (told.incarnation !== null) return lives.of(told.boot, lineage, told.incarnation);
  return lives.all.findLast(
    (life) => life.lineage === lineage && life.boot === told.boot && life.startedAt <= told.askedAt,
  );
}

/** The first life of the lineage after the one meant, in this life of the service or a later one. */
function successorOf(lineage: string, old: Life | undefined, told: Told, lives: Lives): Life | undefined {
  const since = Math.max(old?.startedAt ?? 0, told.askedAt);
  return lives.all.find((life) => life.lineage === lineage && life.startedAt > since);
}

function startedIn(lineage: string, told: Told, lives: Lives): Life[] {
  return lives.all.filter(
    (life) =>
      life.lineage === lineage &&
      life.boot === told.boot &&
      life.startedAt > told.askedAt &&
      life.startedAt <= told.closedAt,
  );
}

function within(t: number | null, { askedAt, answeredAt }: Told): boolean {
  return t !== null && t > askedAt && t <= answeredAt;
}

/** Across the whole run: the service ends where the proof killed it, or an act was on the service itself, and nowhere else. */
export function unexplained(
  lives: Lives,
  told: readonly Told[],
  saidBy: (pid: number) => string = () => '',
): string[] {
  return lives.boots.flatMap(({ pid, lastSeenAt, endedAt }) => {
    const isExplained = told.some(
      ({ boot, killed, isServiceCut, isRoot, closedAt }) =>
        killed === pid || (boot === pid && (isServiceCut || isRoot) && closedAt >= lastSeenAt),
    );
    if (endedAt === null || isExplained) return [];
    const last = told.findLast(({ boot, askedAt }) => boot === pid && askedAt <= endedAt);
    return [
      `the service (process ${pid}) ended, and nobody had ended it; the last act before: ${last?.call}${saidBy(pid)}`,
    ];
  });
}

/** Across the whole run: a thread or process lineage never has two incarnations that run at once. */
export function overlaps(lives: Lives, lineages: readonly string[]): string[] {
  return lineages.flatMap((lineage) => {
    const own = lives.all.filter((life) => life.lineage === lineage);
    return own.flatMap((life, at) => {
      const next = own[at + 1];
      const isOverlap = next !== undefined && next.boot === life.boot && life.lastSeenAt > next.startedAt;
      return isOverlap ? [`${lineage} #${life.incarnation} and #${next.incarnation} ran at once`] : [];
    });
  });
}
