import type { InstanceView } from '../../../electron/ipc.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { isAlive } from '../../store/row-keys.ts';
import type { Command } from '../command.ts';

export type Found =
  | { kind: 'command'; id: string; command: Command; whyNot: string | null }
  | { kind: 'instance'; id: string; instance: InstanceView }
  | { kind: 'node'; id: string; node: TreeNode };

/** What is found of one kind, the likeliest first. */
export interface Section {
  title: string;
  found: readonly Found[];
  /** How many more there are than are shown. */
  more: number;
  /** Of the likeliest; less is nearer. */
  score: number;
}

/** More than this of one kind nobody reads: who looks for another types on. */
export const MOST_SHOWN = 40;

export function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

/** All of them without a word; what means nothing here is left out, what cannot be had comes after what can. */
export function findCommands(words: readonly string[], commands: readonly Command[]): Section {
  return best('Commands', commands, Number.POSITIVE_INFINITY, (command) => {
    const offer = command.isOffered();
    const score = scoreOf(`${command.title} ${command.group}`, words);
    if (offer === false || score === null) return null;
    const whyNot = offer === true ? null : offer;
    const found: Found = { kind: 'command', id: `command ${command.id}`, command, whyNot };
    return { score: score + (whyNot === null ? 0 : 0.5), found };
  });
}

export function findInstances(words: readonly string[], instances: readonly InstanceView[]): Section {
  return best('Instances', instances, MOST_SHOWN, (instance) => {
    const { key, name, service, region, environment } = instance;
    const score = scoreOf(`${name} ${service} ${region} ${environment}`, words);
    return score === null ? null : { score, found: { kind: 'instance', id: `instance ${key}`, instance } };
  });
}

/** None without a word. */
export function findNodes(words: readonly string[], nodes: Iterable<TreeNode>): Section {
  return best('Nodes', words.length === 0 ? [] : nodes, MOST_SHOWN, (node) => foundNode(node, words));
}

/** Those with something in them, the one with the likeliest on top. */
export function ranked(sections: readonly Section[]): Section[] {
  return sections.filter(({ found }) => found.length > 0).sort((a, b) => a.score - b.score);
}

interface Scored {
  score: number;
  found: Found;
}

function foundNode(node: TreeNode, words: readonly string[]): Scored | null {
  const byLineage = scoreOf(`${node.lineage} ${node.id}`, words);
  if (byLineage === null) return null;
  // Whoever types a name means what is called so rather than all that hangs from it.
  const byName = scoreOf(node.name, words);
  const score = Math.min(byName ?? Number.POSITIVE_INFINITY, byLineage + 4) + (isAlive(node) ? 0 : 8);
  return { score, found: { kind: 'node', id: `node ${node.id}`, node } };
}

/** How far the words are from the text, less is nearer; null: one of them is not in it. */
export function scoreOf(text: string, words: readonly string[]): number | null {
  const lower = text.toLowerCase();
  let score = 0;
  for (const word of words) {
    const at = lower.indexOf(word);
    if (at === -1) return null;
    if (lower === word) continue;
    if (at === 0) score += 1;
    else score += isStart(lower, word, at) ? 2 : 3;
  }
  return words.length === 0 ? 0 : score / words.length;
}

/** Whether a word of the text begins with it; `at` is where it stands first. */
function isStart(text: string, word: string, at: number): boolean {
  for (let next = at; next !== -1; next = text.indexOf(word, next + 1)) {
    if (!/[\p{L}\p{N}]/u.test(text[next - 1]!)) return true;
  }
  return false;
}

/** The nearest of one kind, at most so many; of the same score those that came first. */
function best<T>(
  title: string,
  among: Iterable<T>,
  most: number,
  judge: (each: T) => Scored | null,
): Section {
  const kept: Scored[] = [];
  let all = 0;
  for (const each of among) {
    const scored = judge(each);
    if (scored === null) continue;
    all += 1;
    if (kept.length === most && scored.score >= kept.at(-1)!.score) continue;
    const place = kept.findLastIndex(({ score }) => score <= scored.score) + 1;
    kept.splice(place, 0, scored);
    if (kept.length > most) kept.pop();
  }
  return {
    title,
    found: kept.map(({ found }) => found),
    more: all - kept.length,
    score: kept[0]?.score ?? Number.POSITIVE_INFINITY,
  };
}
