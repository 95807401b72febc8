import type { ActDocument, Lost, LostPlace, ProbeResult } from '../../protocol/act.ts';
import { duration } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './plain.ts';
import { budgetWords } from './preview.ts';
import { stateText } from './state-text.ts';

/** What an act did beside ending its target: one line each, as far as it is known. */
export function actText(document: ActDocument, paint: Paint): string[] {
  const { affected, budget, untouched, lost, probes = [], phases } = document;
  const recovered = phases.recoveredMs;
  return [
    ...affected.map(({ id, lineage }) => `  with it: ${oneLine(lineage)} (${id})`),
    ...(budget ? [`  budget: ${budgetWords(budget)}`] : []),
    ...(untouched ? [`  untouched: ${untouched.same} of ${untouched.of} siblings`] : []),
    ...(lost ? lostLines(lost) : []),
    ...probes.map((probe) => `  probe ${probeWords(probe, paint)}`),
    ...(recovered === undefined || recovered === null ? [] : [`  steady again after ${duration(recovered)}`]),
  ];
}

function lostLines({ state, backlog }: Lost): string[] {
  const lines: string[] = [];
  if (state) {
    const { gone, changed, added, places, isPartial, why } = state;
    const partly = why ? ` (${oneLine(why)})` : isPartial ? ' (as far as both were read)' : '';
    lines.push(`  lost: ${gone} gone, ${changed} changed, ${added} new${partly}`);
    lines.push(...places.map(placeWords));
    const more = gone + changed + added - places.length;
    if (more > 0) lines.push(`    … ${more} more`);
  }
  if (backlog) {
    const { word, before, after, vanished } = backlog;
    lines.push(`  lost: ${vanished} of ${before} in ${oneLine(word)}, ${after} there now`);
  }
  return lines;
}

function placeWords({ path, change, before, after }: LostPlace): string {
  const sides = [before, after].filter((value) => value !== undefined);
  const values = sides.map((value) => oneLine(stateText(value, 10_000))).join(' → ');
  return `    ${change.padEnd(7)}  ${oneLine(path) || '/'}${values === '' ? '' : `  ${values}`}`;
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
