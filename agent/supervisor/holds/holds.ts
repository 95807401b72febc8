import path from 'node:path';
import { LIMITS } from '../../../protocol/limits.ts';
import { type FunctionFacts, lookIntoFunctions } from '../../inspect/functions.ts';
import type { Site } from './call-sites.ts';
import { isObject, type Live, liveHandles, liveTimers, serverOf } from './live.ts';
import type { MakingWindow } from './making-window.ts';
import type { RunBody } from './run-body.ts';
import { isWithin, type RunScope } from './run-scope.ts';

/** A task that was killed and runs on. */
export interface Holder {
  scope: RunScope;
  body: RunBody;
  /** Objects that are this incarnation's alone: its context, what it handed over. */
  marks(): readonly unknown[];
}

/** Functions that are looked into for one task: each takes the thread some 0.1 ms. */
const MAX_LOOKS = 100;

type FactsOf = (of: unknown) => FunctionFacts | null;

/**
 * The live timers and sockets of a task, a line each. Its own are those that its `run` made at once or in a callback
 * of its own (by async id), whose callbacks close over its context or its state, timers whose callback stands in its
 * code, and what that was seen to make. Where others run the same code and it is not certain whose it is, the line says so. All else is left out.
 */
export function holdsOf(holder: Holder, window: MakingWindow): string[] {
  try {
    const lines =
      lookIntoFunctions((factsOf) => linesOf(holder, window, factsOf)) ?? linesOf(holder, window, () => null);
    const cut = lines.slice(0, LIMITS.maxHolds).map((line) => line.slice(0, LIMITS.maxHoldChars));
    return lines.length > cut.length
      ? [...cut.slice(0, -1), `and ${lines.length - cut.length + 1} more`]
      : cut;
  } catch {
    return [];
  }
}

function linesOf(holder: Holder, window: MakingWindow, factsOf: FactsOf): string[] {
  const { scope, body } = holder;
  const mine = new Set([scope.firstId]);
  const all = [...liveTimers(), ...liveHandles()].sort((a, b) => a.asyncId - b.asyncId);
  // What it made has a higher id than it has itself; so has what made it a lower one than what it made.
  const later = all.filter(({ asyncId }) => asyncId > scope.firstId || asyncId < 0);
  const owned: Live[] = [];
  const rest: Live[] = [];
  for (const live of later) {
    const isMine =
      isWithin(scope, live.asyncId) ||
      (live.trigger !== null && mine.has(live.trigger)) ||
      window.ownerOf(live.asyncId) === scope;
    if (isMine) mine.add(live.asyncId);
    (isMine ? owned : rest).push(live);
  }
  const others = window.unknownLives(body) - 1;
  const likely: Live[] = [];
  const marks = holder.marks();
  let looks = MAX_LOOKS;
  for (const live of rest) {
    if (window.ownerOf(live.asyncId)) continue;
    const wasSeenMade = window.sitesOf(live.asyncId).some((site) => body.holds(site));
    if (owned.some(({ object }) => object === serverOf(live))) owned.push(live);
    else {
      const leads = looks-- > 0 ? leadsTo(live, marks, body, factsOf) : null;
      // Of several lives of this code, one that closes over something not known here is another's.
      const isOfItsCode = leads === 'code' || (leads === 'code, closed over' && others <= 0);
      if (leads === 'task') {
        // Who made that socket is not known, but something of the task waits for it.
        owned.push(live.isTimer ? live : { ...live, words: `${live.words}, a listener` });
      } else if (wasSeenMade || (isOfItsCode && live.isTimer)) (others <= 0 ? owned : likely).push(live);
    }
  }
  const doubt = `; ${others} ${others === 1 ? 'other runs' : 'others run'} the same code`;
  const unsure = new Set(likely.map((live) => words(live, body, window, factsOf) + doubt));
  return [...owned.map((live) => words(live, body, window, factsOf)), ...unsure];
}

/** Where its callbacks lead: to this very task by what they close over, to its code by where they stand, or nowhere. */
function leadsTo(
  { callbacks }: Live,
  marks: readonly unknown[],
  body: RunBody,
  factsOf: FactsOf,
): 'task' | 'code' | 'code, closed over' | null {
  let leads: 'code' | 'code, closed over' | null = null;
  for (const callback of callbacks) {
    const facts = factsOf(callback);
    if (facts?.closedOver.some((value) => marks.includes(value))) return 'task';
    const place = facts && body.placeOf(facts);
    if (!place || !body.holds(place)) continue;
    leads = facts.closedOver.some(isObject) ? 'code, closed over' : 'code';
  }
  return leads;
}

function words(live: Live, body: RunBody, window: MakingWindow, factsOf: FactsOf): string {
  const sites = window.sitesOf(live.asyncId);
  const made = sites.find((site) => body.holds(site)) ?? sites[0] ?? null;
  const place = made ?? callbackPlace(live, body, factsOf);
  if (place) return `${live.words}, ${path.basename(place.file)}:${place.line}`;
  return live.isTimer ? `${live.words}, file unknown` : live.words;
}

function callbackPlace(live: Live, body: RunBody, factsOf: FactsOf): Site | null {
  for (const callback of live.callbacks) {
    const facts = factsOf(callback);
    const place = facts && body.placeOf(facts);
    if (place) return place;
  }
  return null;
}
