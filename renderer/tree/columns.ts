import type { TreeNode } from '../../protocol/tree.ts';
import { bytes, percent } from '../ui/format.ts';
import { statusWords } from './words.ts';

export interface Column {
  id: string;
  title: string;
  /** Numbers stand right. */
  isFigure: boolean;
  text(node: TreeNode): string;
}

/** Beside the name, in the order shown. Their widths and when they give way: tree.css. */
export const COLUMNS: readonly Column[] = [
  {
    id: 'incarnation',
    title: '#',
    isFigure: true,
    text: (node) => (hasLives(node) ? `#${node.incarnation}` : ''),
  },
  { id: 'status', title: 'Status', isFigure: false, text: statusWords },
  {
    id: 'restarts',
    title: 'Restarts',
    isFigure: true,
    text: (node) => (node.restarts > 0 ? String(node.restarts) : ''),
  },
  { id: 'cpu', title: 'CPU', isFigure: true, text: ({ metrics }) => given(metrics.cpuPercent, percent) },
  {
    id: 'memory',
    title: 'Memory',
    isFigure: true,
    text: ({ metrics }) => given(metrics.rssBytes ?? metrics.heapUsedBytes, bytes),
  },
  {
    id: 'loop',
    title: 'Loop',
    isFigure: true,
    text: ({ metrics }) => given(metrics.loopUtilization, (share) => percent(share * 100)),
  },
  {
    id: 'backlog',
    title: 'Backlog',
    isFigure: false,
    text: ({ metrics, backlogWord }) =>
      given(metrics.backlog, (count) => `${count} ${backlogWord ?? 'waiting'}`),
  },
  { id: 'id', title: 'Id', isFigure: false, text: (node) => node.id },
];

/** Whether lives are counted for it: the main thread of a process has none of its own. */
function hasLives(node: TreeNode): boolean {
  return node.kind === 'worker' || node.kind === 'supervisor' || node.incarnation > 1;
}

function given(figure: number | undefined, text: (figure: number) => string): string {
  return figure === undefined ? '' : text(figure);
}
