import type { FleetNodesAnswer, FleetRow } from '../../client/fleet/merge-nodes.ts';
import { busyPercentOf, memoryBytesOf } from '../../protocol/node-list.ts';
import type { NodeStatus } from '../../protocol/tree.ts';
import { age, bytes } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine, widthOf } from './plain.ts';
import { table } from './table.ts';

interface Column {
  head: string;
  isText?: true;
  /** Where there is no room it gives way, the smallest first; absent: it stays. */
  givesWay?: number;
  cell(row: FleetRow, now: number): string;
}

/** What is not known. */
const NONE = '-';

/** Figures first and names last: what a narrow terminal cuts is the end of a path. */
const COLUMNS: readonly Column[] = [
  { head: 'BUSY', cell: (row) => percent(busyPercentOf(row)) },
  { head: 'DELAY', givesWay: 3, cell: ({ loopDelayMs }) => (loopDelayMs === null ? NONE : age(loopDelayMs)) },
  { head: 'MEMORY', cell: (row) => known(memoryBytesOf(row), bytes) },
  { head: '/S', givesWay: 4, cell: ({ memoryPerS }) => known(memoryPerS, signed(bytes)) },
  { head: 'BACKLOG', cell: ({ backlog }) => known(backlog, String) },
  { head: '/S', givesWay: 6, cell: ({ backlogPerS }) => known(backlogPerS, signed(tenths)) },
  { head: 'RESTARTS', givesWay: 5, cell: ({ restarts }) => known(restarts, String) },
  { head: '/S', givesWay: 1, cell: ({ restartsPerS }) => known(restartsPerS, tenths) },
  { head: 'UP', givesWay: 2, cell: ({ startedAt }, now) => age(now - startedAt) },
  { head: 'STATUS', isText: true, cell: ({ status }) => status },
  { head: 'NODE', isText: true, cell: ({ lineage, id }) => `${oneLine(lineage)} (${id})` },
];

const INSTANCE: Column = { head: 'INSTANCE', isText: true, cell: ({ instance }) => oneLine(instance) };

export interface Look {
  names: readonly string[];
  sort: string;
  paint: Paint;
  now: number;
  /** Of the terminal; Infinity where there is none. */
  width: number;
}

/** So much of a path is left on a narrow terminal. */
const NODE_CHARS = 30;

/** How many there are, then a table of the first of them. Several instances are told apart by name. */
export function nodeListText(answer: FleetNodesAnswer, { names, sort, paint, now, width }: Look): string[] {
  const { instances, live, matching, rows } = answer;
  const all = names.length > 1 ? [...COLUMNS.slice(0, -1), INSTANCE, COLUMNS.at(-1)!] : COLUMNS;
  const columns = fitting(all, rows, now, width);
  // Not every service has components, and every one has the others.
  const counts = Object.entries(live)
    .filter(([kind, count]) => kind !== 'component' || count > 0)
    .map(([kind, count]) => `${count.toLocaleString('en')} ${plural(kind, count)}`);
  const who = names.length === 1 ? oneLine(names[0]!) : `${instances} ${plural('instance', instances)}`;
  const head = `${paint.strong(who)}  ${counts.join(', ')}  ${paint.faint(`${rows.length} of ${matching.toLocaleString('en')} by ${sort}`)}`;
  const cells = rows.map((row) => columns.map((column) => column.cell(row, now)));
  const lines = table([columns.map((column) => column.head), ...cells], (at) => !columns[at]!.isText);
  return [
    head,
    paint.faint(lines[0]!),
    ...lines.slice(1).map((line, at) => (TROUBLE.has(rows[at]!.status) ? paint.trouble(line) : line)),
  ];
}

function fitting(
  all: readonly Column[],
  rows: readonly FleetRow[],
  now: number,
  width: number,
): readonly Column[] {
  const columns = [...all];
  const widthOfColumn = (column: Column) =>
    Math.max(column.head.length, ...rows.map((row) => widthOf(column.cell(row, now))));
  const needed = () =>
    NODE_CHARS + columns.slice(0, -1).reduce((sum, column) => sum + widthOfColumn(column) + 2, 0);
  while (needed() > width) {
    const spare = columns.filter(({ givesWay }) => givesWay !== undefined);
    if (spare.length === 0) break;
    const first = spare.reduce((found, each) => (each.givesWay! < found.givesWay! ? each : found));
    columns.splice(columns.indexOf(first), 1);
  }
  return columns;
}

const TROUBLE: ReadonlySet<NodeStatus> = new Set(['blocked', 'straggler', 'stale', 'restarting']);

function plural(kind: string, count: number): string {
  if (count === 1) return kind;
  return kind.endsWith('s') ? `${kind}es` : `${kind}s`;
}

function known(value: number | null, show: (value: number) => string): string {
  return value === null ? NONE : show(value);
}

function percent(value: number | null): string {
  return value === null ? NONE : `${Math.round(value)}%`;
}

/** With a sign where it changes; what would read as nothing is nothing. */
function signed(show: (value: number) => string): (value: number) => string {
  return (value) => {
    const text = show(Math.abs(value));
    const isNothing = /^0( B)?$/.test(text);
    return isNothing ? '0' : `${value < 0 ? '-' : '+'}${text}`;
  };
}

function tenths(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}
