import { STATUS_RANKS, type TreeNode } from '../../protocol/tree.ts';
import { bytes, dateTime, duration, percent } from '../ui/format.ts';
import { figuresOf, hasLives, statusWords } from './words.ts';

export type ColumnId =
  | 'name'
  | 'incarnation'
  | 'status'
  | 'restarts'
  | 'cpu'
  | 'memory'
  | 'loop'
  | 'backlog'
  | 'figures'
  | 'total'
  | 'busy'
  | 'idle'
  | 'in-flight'
  | 'rate'
  | 'id'
  | 'kind'
  | 'host'
  | 'pid'
  | 'thread'
  | 'started'
  | 'exit'
  | 'delay'
  | 'heap'
  | 'rss'
  | 'restart'
  | 'strategy'
  | 'lineage'
  | 'command';

export interface Column {
  id: ColumnId;
  /** Over the column. */
  title: string;
  /** In menus, and what a screen reader says of it. */
  words: string;
  /** Numbers stand right. */
  isFigure: boolean;
  /** What its order means. `rank`: how soon it is to be looked at. */
  sortsAs: 'words' | 'amount' | 'rank' | 'time';
  widthPx: number;
  text(node: TreeNode): string;
  /** What it is sorted by and exported as; null: nothing is known, which stands last either way. */
  value(node: TreeNode): number | string | null;
  /** Exported instead of the value, where that is only a rank. */
  plain?(node: TreeNode): string | number | null;
  /** It is measured again all the time: lines in its order are put in order only now and then. */
  isLive?: true;
}

export const NAME: Column = {
  id: 'name',
  title: 'Name',
  words: 'Name',
  isFigure: false,
  sortsAs: 'words',
  widthPx: 150,
  text: (node) => node.name,
  value: (node) => node.name,
};

/** All that may stand beside the name, in the order of the menu. */
export const COLUMNS: readonly Column[] = [
  figure('incarnation', '#', 'Incarnation', 40, (node) => (hasLives(node) ? node.incarnation : null), {
    text: (count) => `#${count}`,
  }),
  {
    id: 'status',
    title: 'Status',
    words: 'Status',
    isFigure: false,
    sortsAs: 'rank',
    widthPx: 116,
    text: statusWords,
    value: ({ status }) => STATUS_RANKS.indexOf(status),
    plain: ({ status }) => status,
  },
  figure('restarts', 'Restarts', 'Restarts', 66, ({ restarts }) => restarts, {
    text: (count) => (count > 0 ? String(count) : ''),
  }),
  figure('cpu', 'CPU', 'CPU', 58, ({ metrics }) => metrics.cpuPercent ?? null, {
    text: percent,
    isLive: true,
  }),
  figure(
    'memory',
    'Memory',
    'Memory: resident, of a thread its heap',
    72,
    ({ metrics }) => metrics.rssBytes ?? metrics.heapUsedBytes ?? null,
    { text: bytes, isLive: true },
  ),
  figure('loop', 'Loop', 'Event loop utilisation', 54, ({ metrics }) => metrics.loopUtilization ?? null, {
    text: (share) => percent(share * 100),
    isLive: true,
  }),
  {
    id: 'backlog',
    title: 'Backlog',
    words: 'Backlog',
    isFigure: false,
    sortsAs: 'amount',
    widthPx: 104,
    text: ({ metrics, backlogWord }) =>
      metrics.backlog === undefined ? '' : `${metrics.backlog} ${backlogWord ?? 'waiting'}`,
    value: ({ metrics }) => metrics.backlog ?? null,
    isLive: true,
  },
  {
    ...words('figures', 'Figures', 'Figures of a component', 210, (node) => figuresOf(node) || null),
    isLive: true,
  },
  counted('total', 'Total', 'Total of a pool', 54, 'total'),
  counted('busy', 'Busy', 'Busy, of a pool', 54, 'busy'),
  counted('idle', 'Idle', 'Idle, of a pool', 54, 'idle'),
  counted('in-flight', 'In flight', 'Requests in flight', 68, 'inFlight'),
  counted('rate', 'Req/s', 'Requests a second', 62, 'requestsPerSecond'),
  words('id', 'Id', 'Id', 104, (node) => node.id),
  words('kind', 'Kind', 'Kind', 82, (node) => node.kind),
  words('host', 'Host', 'Host of a worker', 70, (node) => node.host),
  figure('pid', 'Pid', 'Process id', 62, (node) => node.pid, { text: String }),
  figure('thread', 'Thread', 'Thread id', 62, (node) => node.threadId, { text: String }),
  {
    id: 'started',
    title: 'Started',
    words: 'Started',
    isFigure: false,
    sortsAs: 'time',
    widthPx: 108,
    // Without the year: it stands in the inspector.
    text: (node) => dateTime(node.startedAt).slice(5),
    value: (node) => node.startedAt,
    plain: (node) => new Date(node.startedAt).toISOString(),
  },
  words('exit', 'Exit', 'Exit reason', 150, (node) => node.exitReason),
  figure('delay', 'Delay', 'Event loop delay', 62, ({ metrics }) => metrics.loopDelayMs ?? null, {
    text: duration,
    isLive: true,
  }),
  figure('heap', 'Heap', 'Heap in use', 66, ({ metrics }) => metrics.heapUsedBytes ?? null, {
    text: bytes,
    isLive: true,
  }),
  figure('rss', 'RSS', 'Resident memory', 66, ({ metrics }) => metrics.rssBytes ?? null, {
    text: bytes,
    isLive: true,
  }),
  words('restart', 'Restart', 'Restart type', 82, ({ child }) => child?.restart ?? null),
  words('strategy', 'Strategy', 'Strategy', 92, ({ supervisor }) => supervisor?.strategy ?? null),
  words('lineage', 'Lineage', 'Lineage', 190, (node) => node.lineage),
  words('command', 'Command', 'Command or file', 190, (node) => node.command),
];

const BY_ID = new Map([NAME, ...COLUMNS].map((column) => [column.id, column]));

export function columnOf(id: ColumnId): Column {
  return BY_ID.get(id)!;
}

export function isColumnId(value: unknown): value is ColumnId {
  return BY_ID.has(value as ColumnId);
}

function figure(
  id: ColumnId,
  title: string,
  words: string,
  widthPx: number,
  value: (node: TreeNode) => number | null,
  { text, isLive }: { text: (value: number) => string } & Pick<Column, 'isLive'>,
): Column {
  return {
    id,
    title,
    words,
    isFigure: true,
    sortsAs: 'amount',
    widthPx,
    text: (node) => given(value(node), text),
    value,
    ...(isLive && { isLive }),
  };
}

/** One of the figures of a component. */
function counted(id: ColumnId, title: string, inMenus: string, widthPx: number, name: string): Column {
  return figure(id, title, inMenus, widthPx, ({ metrics }) => metrics.figures?.[name] ?? null, {
    text: (value) => value.toLocaleString('en'),
    isLive: true,
  });
}

function words(
  id: ColumnId,
  title: string,
  inMenus: string,
  widthPx: number,
  value: (node: TreeNode) => string | null,
): Column {
  return {
    id,
    title,
    words: inMenus,
    isFigure: false,
    sortsAs: 'words',
    widthPx,
    text: (node) => value(node) ?? '',
    value: (node) => value(node) || null,
  };
}

function given(value: number | null, text: (value: number) => string): string {
  return value === null ? '' : text(value);
}
