import { adapterWords, figureTexts } from '../../protocol/component.ts';
import type { Metrics, TreeNode } from '../../protocol/tree.ts';
import { oneLine } from './plain.ts';

/** A duration for a person: `850 ms`, `12 s`, `4 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ];
  const [size, unit] = units.find(([size]) => ms >= size)!;
  return `${Math.floor(ms / size)} ${unit}`;
}

/** A measured duration, where tenths matter: `2.9 ms`, `340 ms`, `1.5 s`, `2 min`. */
export function duration(ms: number): string {
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  return ms >= 1000 && ms < 60_000 ? `${Number((ms / 1000).toFixed(1))} s` : age(ms);
}

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 ** 2) return `${Math.round(count / 1024)} KB`;
  if (count < 1024 ** 3) return `${Math.round(count / 1024 ** 2)} MB`;
  return `${(count / 1024 ** 3).toFixed(1)} GB`;
}

/** The clock of this computer: `14:03:07.120`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** With the day, for what goes back further than one: `2026-11-25 14:03:07.120`. */
export function dayAndTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(at)}`;
}

/** A node's figures in a few words; what is not known is not there. */
export function figures(node: TreeNode): string[] {
  const { metrics } = node;
  const words: string[] = [];
  const add = (word: string, key: Exclude<keyof Metrics, 'figures'>, show: (value: number) => string) => {
    const value = metrics[key];
    if (value !== undefined) words.push(`${word} ${show(value)}`.trimStart());
  };
  add('cpu', 'cpuPercent', (value) => `${Math.round(value)}%`);
  add('', 'rssBytes', bytes);
  add('loop', 'loopUtilization', (value) => `${Math.round(value * 100)}%`);
  if (metrics.figures) words.push(...figureTexts(metrics.figures, { bytes, duration }));
  add(node.backlogWord ?? 'backlog', 'backlog', String);
  add('sampled every', 'sampleEveryMs', age);
  words.push(...(node.adapters ?? []).map((note) => oneLine(adapterWords(note))));
  return words;
}
