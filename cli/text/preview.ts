import type { Budget } from '../../protocol/act.ts';
import type { Preview, PreviewNode } from '../../protocol/preview.ts';
import { duration } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './plain.ts';
import { table } from './table.ts';

/** What an act would do, for a person who is about to ask for it. */
export function previewText(preview: Preview, paint: Paint): string[] {
  const { possible, words, stops, stopsMore, restarts, restartsMore, budget, givesUp, backlog } = preview;
  const head = possible ? oneLine(words) : `${paint.trouble('refused')}: ${oneLine(words)}`;
  const rows = [
    ...stops.map((node) => ['stops', nodeWords(node)]),
    ...(stopsMore > 0 ? [['stops', `${stopsMore} more`]] : []),
    ...restarts.map((node) => ['starts', nodeWords(node)]),
    ...(restartsMore > 0 ? [['starts', `${restartsMore} more`]] : []),
    ...(budget ? [['budget', budgetWords(budget)]] : []),
    ...givesUp.map((lineage) => ['gives up', paint.trouble(oneLine(lineage))]),
    ...preview.protected.map((lineage) => ['protected', oneLine(lineage)]),
    ...backlog.map(({ lineage, word, count }) => ['backlog', oneLine(`${count} in ${word} of ${lineage}`)]),
    ...(preview.isExact
      ? []
      : [['note', 'read off the tree: no supervisor decides about it, or its loop stands still']]),
  ];
  return [head, ...table(rows).map((line) => `  ${line}`)];
}

function nodeWords({ id, lineage, incarnation, restart }: PreviewNode): string {
  const parts = [
    `${oneLine(lineage)} #${incarnation}`,
    ...(id ? [`(${id})`] : []),
    ...(restart ? [restart] : []),
  ];
  return parts.join(' ');
}

/** `app/games: 1 of 1000 in 10 s, 0 before`. */
export function budgetWords({ by, before, after, intensity, periodMs }: Budget): string {
  const was = before === after ? '' : `, ${before} before`;
  return `${oneLine(by)}: ${after} of ${intensity} restarts in ${duration(periodMs)}${was}`;
}
