import { HELD } from '../../../client/act-held.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { Life, Lives } from './lives.ts';
import type { Told } from './oracle.ts';

/** What goes on counts again after so long at most: it counts every 100 ms, and the machine has other things to do. */
const GOES_ON_MS = 2000;

const HARMLESS = ['suspend', 'resume', 'signal', 'break'] as const;
type Harmless = (typeof HARMLESS)[number];
type Document = NonNullable<Told['document']>;

/** Whether the act ends nothing: who it is about then counts on as the same incarnation. */
export function isHarmless({ act, signal }: Pick<Told, 'act' | 'signal'>): boolean {
  return HARMLESS.includes(act as Harmless) && (act !== 'signal' || signal === 'SIGWINCH');
}

/** Of an act that ends nothing: what it was told against the counting, the spinning and the signals of `life`. */
export function harmlessClaims(told: Told, life: Life, lives: Lives): string[] {
  if (!told.document) return told.act === 'signal' ? signals(told, life, lives, 1) : [];
  switch (told.act as Harmless) {
    case 'suspend':
      return suspended(told, told.document, life, lives);
    case 'resume':
      return resumed(told, told.document, life, lives);
    case 'signal':
      return signals(told, life, lives, told.document.outcome === 'done' ? 1 : 0);
    case 'break':
      return broken(told, told.document, life, lives);
  }
}

function suspended(told: Told, document: Document, life: Life, lives: Lives): string[] {
  const { answeredAt, askedAt, leaseMs = LIMITS.leaseMs, releasedAt } = told;
  if (document.outcome !== 'done') {
    const isClaimed = document.outcome !== 'not-recovered' || document.words.endsWith(HELD['goes on']);
    return isClaimed ? standsStill(told, life, lives, answeredAt + GOES_ON_MS) : [];
  }
  const untilAt = Math.min(askedAt + leaseMs, releasedAt ?? Number.POSITIVE_INFINITY, told.closedAt);
  const tick = life.ticks.find((t) => t > answeredAt && t < untilAt);
  const counted = tick ? [`told that it stands still, and it counted${since(told, tick)}`] : [];
  // Whoever held it is gone: the session, or the hub with it, of which the thread itself has to find out.
  const released = (releasedAt ?? Number.POSITIVE_INFINITY) + LIMITS.unattendedMs;
  const goesOnBy = Math.min(answeredAt + leaseMs, released) + GOES_ON_MS;
  return [...counted, ...standsStill(told, life, lives, goesOnBy)];
}

function resumed(told: Told, { outcome, error }: Document, life: Life, lives: Lives): string[] {
  if (outcome === 'not-recovered') return [];
  // Held for a hub that has died, it goes on by itself; that is what is said then.
  const byItself = error?.code === 'NOT_OBSERVED' ? LIMITS.unattendedMs : 0;
  return standsStill(told, life, lives, told.answeredAt + byItself + GOES_ON_MS);
}

/** It has not counted between the answer and then, though neither it nor the proof had ended. */
function standsStill({ act, answeredAt, document }: Told, life: Life, lives: Lives, byAt: number): string[] {
  const counts = life.ticks.some((t) => t > answeredAt && t <= byAt);
  const endsAt = life.endedAt ?? lives.lastAt;
  if (counts || endsAt <= byAt) return [];
  return [`${act} told ${document!.outcome}, and ${nameOf(life)} stood still afterwards`];
}

/** Sent once where that was told, never twice, and not at all where it was refused. */
function signals(told: Told, life: Life, lives: Lives, most: 0 | 1): string[] {
  const { pid } = life;
  const got = lives.signals.filter(({ t, pid: by }) => by === pid && t > told.askedAt && t <= told.closedAt);
  if (got.length > most)
    return [`told ${told.document?.outcome}, and process ${pid} got ${got.length} signals`];
  const isLate = told.document?.outcome === 'done' && got.length === 0;
  return isLate ? [`told done, and process ${pid} got no signal`] : [];
}

function broken(told: Told, { outcome }: Document, life: Life, lives: Lives): string[] {
  const spin = life.spins.findLast(({ startedAt }) => startedAt <= told.answeredAt);
  if (!spin) return outcome === 'done' ? [`told done, and ${nameOf(life)} did not stand still`] : [];
  const endedAt = spin.endedAt ?? Number.POSITIVE_INFINITY;
  const hasLived = (life.endedAt ?? lives.lastAt) > spin.startedAt + SPUN_MS;
  switch (outcome) {
    case 'done':
      return endedAt <= told.answeredAt
        ? [`told done, and ${nameOf(life)} had come to the end by itself`]
        : standsStill(told, life, lives, told.answeredAt + GOES_ON_MS);
    case 'refused':
    case 'gone':
      return endedAt === Number.POSITIVE_INFINITY && hasLived
        ? [`told ${outcome}, and what ${nameOf(life)} ran was ended by it`]
        : [];
    default:
      return [];
  }
}

/** A spin that nobody breaks has ended by then (fixtures/proof-worker.ts). */
const SPUN_MS = 4000 + GOES_ON_MS;

function nameOf({ lineage, incarnation }: Life): string {
  return `${lineage} #${incarnation}`;
}

function since({ askedAt, answeredAt }: Told, t: number): string {
  return ` ${(t - answeredAt).toFixed(1)} ms after the answer, ${(t - askedAt).toFixed(1)} after it was asked`;
}
