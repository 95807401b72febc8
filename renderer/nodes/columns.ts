import type { NodesView } from '../../electron/ipc.ts';
import { toCsv } from '../../protocol/csv.ts';
import { busyPercentOf, memoryBytesOf, type NodeSort } from '../../protocol/node-list.ts';
import { bytes, duration, percent, shortAge } from '../ui/format.ts';

export type ListedNode = NodesView['rows'][number];

export interface NodesColumn {
  /** What its head sorts by; null: it cannot be sorted by. */
  sort: NodeSort | null;
  id: NodesColumnId | 'name' | 'instance';
  title: string;
  /** What it is, for a tooltip and for a screen reader. */
  words: string;
  isFigure: boolean;
  widthPx: number;
  /** Null: it is not known. */
  text(row: ListedNode, at: number): string | null;
}

export const NAME: NodesColumn = {
  sort: 'name',
  id: 'name',
  title: 'Node',
  words: 'Node, by its lineage',
  isFigure: false,
  widthPx: 200,
  text: ({ lineage }) => lineage,
};

const INSTANCE: NodesColumn = {
  sort: null,
  id: 'instance',
  title: 'Instance',
  words: 'Instance',
  isFigure: false,
  widthPx: 120,
  text: ({ instance }) => instance,
};

/** What a person added outlives what was there at first, but for what says most. */
const ADDED = 2.2;

/** Beside the name, in this order; `rank`: which stay longest where there is little room, the smallest first. */
const ALL = {
  status: {
    ...word('status', 'Status', 'Status', 108, 2.5),
    text: (row) => (row.blockedMs === null ? row.status : `${row.status} ${duration(row.blockedMs)}`),
  },
  kind: { ...word('kind', 'Kind', 'Kind', 84), text: ({ kind }) => kind },
  busy: {
    ...figure(
      'busy',
      'Busy',
      'Busy: of a process its CPU, of a thread how much of the time its loop does not wait',
      58,
      1,
    ),
    text: (row) => known(busyPercentOf(row), percent),
  },
  cpu: {
    ...figure('cpu', 'CPU', 'CPU of a process, in percent of one core', 58),
    text: (row) => known(row.cpuPercent, percent),
  },
  loop: {
    ...figure('loop', 'Loop', 'How much of the time the loop of a thread does not wait', 58),
    text: (row) => known(row.loopUtilization, (share) => percent(share * 100)),
  },
  delay: {
    ...figure('delay', 'Delay', 'Longest delay of the event loop in the last second', 62, 8),
    text: (row) => known(row.loopDelayMs, duration),
  },
  memory: {
    ...figure('memory', 'Memory', 'Memory: of a process what is resident, of a thread its heap', 68, 2),
    text: (row) => known(memoryBytesOf(row), bytes),
  },
  'memory-rate': {
    ...figure('memory-rate', 'Memory/s', 'How memory changes, a second', 78, 6),
    text: (row) => known(row.memoryPerS, (value) => signed(Math.round(value), bytes)),
  },
  heap: {
    ...figure('heap', 'Heap', 'Heap that is used', 68),
    text: (row) => known(row.heapUsedBytes, bytes),
  },
  backlog: {
    ...figure('backlog', 'Backlog', 'Backlog: what waits', 66, 3),
    text: (row) => known(row.backlog, (count) => count.toLocaleString('en')),
  },
  'backlog-rate': {
    ...figure('backlog-rate', 'Backlog/s', 'How the backlog changes, a second', 74, 4),
    text: (row) => known(row.backlogPerS, (value) => signed(value, perSecond)),
  },
  restarts: {
    ...figure('restarts', 'Restarts', 'Restarts so far', 68, 5),
    text: (row) => known(row.restarts, (count) => count.toLocaleString('en')),
  },
  'restart-rate': {
    ...figure('restart-rate', 'Restarts/s', 'Restarts a second', 78, 5.5),
    text: (row) => known(row.restartsPerS, perSecond),
  },
  started: {
    ...figure('started', 'Started', 'How long ago it was started', 74, 9),
    text: (row, at) => `${shortAge(Math.max(0, at - row.startedAt))} ago`,
  },
  pid: { ...figure(null, 'Pid', 'Process id', 62), text: ({ pid }) => String(pid) },
  id: { ...word(null, 'Id', 'Id', 110), text: ({ id }) => id },
} satisfies Record<string, Omit<NodesColumn, 'id'> & { rank: number }>;

export type NodesColumnId = keyof typeof ALL;
/** In the order shown. */
export const COLUMN_IDS = Object.keys(ALL) as NodesColumnId[];

type Ranked = NodesColumn & { rank: number };
const COLUMNS: ReadonlyMap<string, Ranked> = new Map(COLUMN_IDS.map((id) => [id, { ...ALL[id], id }]));

/** Those of the menu, each in a word or three. */
export const CHOOSABLE: readonly { id: NodesColumnId; words: string }[] = COLUMN_IDS.map((id) => ({
  id,
  words: id === 'pid' ? 'Process id' : ALL[id].title.replace('/s', ' a second'),
}));

export const START_COLUMNS: readonly NodesColumnId[] = [
  ...(['status', 'busy', 'delay', 'memory', 'memory-rate', 'backlog', 'backlog-rate'] as const),
  ...(['restarts', 'restart-rate', 'started'] as const),
];

const GAP_PX = 10;
const END_PX = 10;

/** The chosen columns that have room beside the names; what the list is in the order of stays. */
export function columnsWithin(
  widthPx: number,
  { isFleetWide, sort, columns }: { isFleetWide: boolean; sort: NodeSort; columns: readonly NodesColumnId[] },
): NodesColumn[] {
  const shown: Ranked[] = columns.map((id) => COLUMNS.get(id)!);
  if (isFleetWide) shown.unshift({ ...INSTANCE, rank: 3.5 });
  const needed = () => NAME.widthPx + END_PX + shown.reduce((sum, each) => sum + GAP_PX + each.widthPx, 0);
  while (needed() > widthPx) {
    const spare = shown.filter((each) => each.sort !== sort);
    if (spare.length === 0) break;
    const last = spare.reduce((found, each) => (each.rank > found.rank ? each : found));
    shown.splice(shown.indexOf(last), 1);
  }
  return shown;
}

/** The figures stand near their names in the widest window too. */
const NAME_MOST_PX = 560;

/** For grid-template-columns. */
export function templateOf(columns: readonly NodesColumn[]): string {
  return [
    `minmax(${NAME.widthPx}px, ${NAME_MOST_PX}px)`,
    ...columns.map(({ widthPx }) => `${widthPx}px`),
  ].join(' ');
}

/** The list as CSV, with all figures as they were measured. */
export function nodesCsv(rows: readonly ListedNode[], nameOf: (instance: string) => string): string {
  const [first] = rows;
  const fields = first
    ? (Object.keys(first).filter((key) => key !== 'instance') as (keyof ListedNode)[])
    : [];
  const cells = rows.map((row) => [nameOf(row.instance), ...fields.map((field) => row[field])]);
  return toCsv(['instance', ...fields], cells);
}

function figure(sort: NodeSort | null, title: string, words: string, widthPx: number, rank = ADDED) {
  return { sort, title, words, isFigure: true, widthPx, rank };
}

function word(sort: NodeSort | null, title: string, words: string, widthPx: number, rank = ADDED) {
  return { sort, title, words, isFigure: false, widthPx, rank };
}

function known(value: number | null, show: (value: number) => string): string | null {
  return value === null ? null : show(value);
}

/** With a sign where it changes; what would read as nothing is nothing. */
function signed(value: number, show: (value: number) => string): string {
  const text = show(Math.abs(value));
  return /^0(\.0)?\D*$/.test(text) ? '0' : `${value < 0 ? '−' : '+'}${text}`;
}

function perSecond(value: number): string {
  if (value === 0) return '0';
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}
