import type { TreeNode } from '../../protocol/tree.ts';
import { kindWords, statusWords } from '../tree/words.ts';
import { counted } from '../ui/format.ts';
import type { Levels } from './levels.ts';
import { TROUBLE } from './trouble.ts';

/** Name, kind, status, how many are below and how many of them are in trouble; -1: it has no position. */
export function wordsOf(levels: Levels, position: number, node: TreeNode): string {
  const below = levels.below[position] ?? 0;
  const words = [`${node.name}: ${kindWords(node)}`, statusWords(node)];
  if (below > 0) words.push(`${counted(below, 'node')} below`, troubleWords(levels.troubled[position]!));
  return words.join(', ');
}

/** Several that are too small to be told apart. */
export function wordsOfMany(levels: Levels, from: number, until: number): string {
  const parent = levels.parent[from]!;
  const isOne = parent === levels.parent[until - 1];
  let troubled = 0;
  for (let at = from; at < until; at++) {
    troubled += levels.troubled[at]! + Number(levels.own[at]! >= TROUBLE.warn);
  }
  return `${counted(until - from, 'node')}${isOne ? '' : ' side by side'}, ${troubleWords(troubled)}`;
}

export function troubleWords(count: number): string {
  return count === 0 ? 'no trouble' : `${count.toLocaleString('en')} in trouble`;
}
