import type { ActDocument, Lost, LostAlong, LostPlace, LostState, ProbeResult } from '../../protocol/act.ts';
import { duration } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './plain.ts';
import { budgetWords } from './preview.ts';
import { stateText } from './state-text.ts';
import { table } from './table.ts';

/** What an act did beside ending its target, as far as it is known: what each line is about, then what there is. */
export function actText(document: ActDocument, paint: Paint): string[] {
  const { affected, budget, untouched, lost, lostAlong, probes = [], phases } = document;
  const recovered = phases.recoveredMs;
  const rows = [
    ...affected.map(({ id, lineage }) => ['with it', `${oneLine(lineage)} (${id})`]),
    ...(budget ? [['budget', budgetWords(budget)]] : []),
    ...(untouched ? [['untouched', `${untouched.same} of ${untouched.of} siblings`]] : []),
    ...(lost ? lostWords(lost).map((words, at) => [at === 0 ? 'lost' : '', words]) : []),
    ...(lostAlong ? alongWords(lostAlong).map((words, at) => [at === 0 ? 'lost too' : '', words]) : []),
    ...probes.map((probe) => ['probe', probeWords(probe, paint)]),
    ...(recovered === undefined || recovered === null
      ? []
      : [['steady', `again after ${duration(recovered)}`]]),
  ];
  return table(rows).map((line) => `  ${line}`);
}

function lostWords({ state, backlog }: Lost): string[] {
  return [...(state ? stateWords(state) : []), ...(backlog ? [backlogWords(backlog)] : [])];
}

function alongWords({ workers, more }: LostAlong): string[] {
  const each = workers.flatMap(({ lineage, lost }) => {
    const [first = '', ...rest] = lostWords(lost);
    return [`${oneLine(lineage)}: ${first}`, ...rest.map((words) => `  ${words}`)];
  });
  return more > 0 ? [...each, `… ${more} more were not looked at`] : each;
}

function stateWords({ gone, changed, added, places, isPartial, why }: LostState): string[] {
  const partly = why ? ` (${oneLine(why)})` : isPartial ? ' (as far as both were read)' : '';
  const all = gone + changed + added;
  const counts = all === 0 ? 'nothing of its state' : `${gone} gone, ${changed} changed, ${added} new`;
  const more = all - places.length;
  return [`${counts}${partly}`, ...places.map(placeWords), ...(more > 0 ? [`… ${more} more`] : [])];
}

function backlogWords({ word, before, after, vanished }: NonNullable<Lost['backlog']>): string {
  return `${vanished} of ${before} in ${oneLine(word)}, ${after} there now`;
}

function placeWords({ path, change, before, after }: LostPlace): string {
  const sides = [before, after].filter((value) => value !== undefined);
  const values = sides.map((value) => oneLine(stateText(value, 10_000))).join(' → ');
  return `${change.padEnd(7)}  ${oneLine(path) || '/'}${values === '' ? '' : `  ${values}`}`;
}

function probeWords({ probe, answers, failures, steadyMs, ...seen }: ProbeResult, paint: Paint): string {
  const { firstFailureMs, lastFailureMs, longestFailureMs, lastFailure } = seen;
  const failed =
    failures === 0 || firstFailureMs === null || lastFailureMs === null
      ? `held in all ${answers} answers`
      : `failed in ${failures} of ${answers} answers, from ${duration(firstFailureMs)} to ${duration(lastFailureMs)}, ` +
        `at most ${duration(longestFailureMs)} at a time (${oneLine(lastFailure ?? '')})`;
  const steady = steadyMs === null ? paint.trouble('not steady') : `steady from ${duration(steadyMs)} on`;
  return `${oneLine(probe)}: ${failed}; ${steady}`;
}
