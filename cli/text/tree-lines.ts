import type { NodeStatus, TreeNode } from '../../protocol/tree.ts';
import { age, clockTime, figures } from './figures.ts';
import type { Paint } from './paint.ts';
import { cut, oneLine, pad, widthOf } from './plain.ts';

export interface TreeLook {
  paint: Paint;
  /** Lines are cut to this; Infinity where the reader is no terminal. */
  columns: number;
  /** Milliseconds since 1970 by the agent's clock, for ages. */
  now: number;
}

/** A node that is shown, and how many of its descendants `--depth` left out. */
export interface ShownNode {
  node: TreeNode;
  depth: number;
  /** For each level above whether more siblings follow there; draws the lines. */
  follows: boolean[];
  hidden: number;
}

/** The nodes in the order they are drawn, down to `depth` levels (the root is level 1). */
export function shownNodes(children: Map<string | null, TreeNode[]>, depth = Infinity): ShownNode[] {
  const shown: ShownNode[] = [];
  const visit = (parent: string | null, level: number, follows: boolean[]) => {
    const siblings = lineagesTogether(children.get(parent) ?? []);
    siblings.forEach((node, index) => {
      const here = [...follows, index < siblings.length - 1];
      const isLast = level >= depth;
      shown.push({ node, depth: level, follows: here, hidden: isLast ? countBelow(children, node.id) : 0 });
      if (!isLast) visit(node.id, level + 1, here);
    });
  };
  visit(null, 1, []);
  return shown;
}

/** In the order they came, but each lineage's incarnations one after another: the dead above the living. */
function lineagesTogether(siblings: readonly TreeNode[]): TreeNode[] {
  const byLineage = new Map<string, TreeNode[]>();
  for (const node of siblings) {
    const members = byLineage.get(node.lineage);
    if (members) members.push(node);
    else byLineage.set(node.lineage, [node]);
  }
  return [...byLineage.values()].flatMap((members) => members.sort((a, b) => a.incarnation - b.incarnation));
}

function countBelow(children: Map<string | null, TreeNode[]>, id: string): number {
  return (children.get(id) ?? []).reduce((sum, child) => sum + 1 + countBelow(children, child.id), 0);
}

/** Name, status, id, age and figures of each node, with lines that show who is whose child. */
export function treeLines(shown: readonly ShownNode[], look: TreeLook): string[] {
  const rows = shown.map((entry) => ({ entry, cells: cellsOf(entry, look) }));
  const widest = (column: number) => Math.max(0, ...rows.map(({ cells }) => widthOf(cells[column]!)));
  const fixed = [1, 2, 3].map(widest);
  const fixedWidth = fixed.reduce((sum, width) => sum + width + 2, 0);
  const labelWidth = Math.min(widest(0), Math.max(24, look.columns - fixedWidth - FIGURES_MIN));
  return rows.map(({ entry, cells }) => {
    const [label, status, id, years, rest] = cells as [string, string, string, string, string];
    const line = [
      pad(cut(label, labelWidth), labelWidth),
      paintStatus(entry.node.status, look.paint)(pad(status, fixed[0]!)),
      pad(id, fixed[1]!),
      years.padStart(fixed[2]!),
    ].join('  ');
    const room = look.columns - widthOf(line) - 2;
    const whole = (room > 3 && rest !== '' ? `${line}  ${cut(rest, room)}` : line).trimEnd();
    return entry.node.endedAt === null ? whole : look.paint.faint(whole);
  });
}

/** What the figures' column gets before names are cut. */
const FIGURES_MIN = 20;

function cellsOf({ node, follows, hidden }: ShownNode, look: TreeLook): string[] {
  const isGhost = node.endedAt !== null;
  const years = age((isGhost ? look.now - node.endedAt! : look.now - node.startedAt) || 0);
  const below = hidden > 0 ? [`… ${hidden} below`] : [];
  const rest = isGhost
    ? [`ago${node.exitReason ? `: ${oneLine(node.exitReason)}` : ''}`]
    : [...figures(node), ...below];
  return [branch(follows) + label(node), statusWord(node), node.id, years, rest.join('  ')];
}

function branch(follows: readonly boolean[]): string {
  if (follows.length <= 1) return '';
  const above = follows.slice(1, -1).map((more) => (more ? '│  ' : '   '));
  return `${above.join('')}${follows.at(-1) ? '├─ ' : '└─ '}`;
}

/** `7f3a #3`, `app (one_for_one)`, `score.js (process)`. */
export function label(node: TreeNode): string {
  const incarnation = node.incarnation > 1 ? ` #${node.incarnation}` : '';
  return `${oneLine(node.name)}${incarnation}${kindWord(node)}`;
}

function kindWord(node: TreeNode): string {
  if (node.kind === 'supervisor') return ` (${node.supervisor?.strategy ?? 'supervisor'})`;
  if (node.kind === 'worker') return node.host === 'task' ? '' : ` (on a ${node.host})`;
  if (node.kind === 'component') return ` (${oneLine(node.component?.type ?? node.kind)})`;
  if (node.kind === 'thread') return node.threadId === 0 ? ' (main thread)' : ' (thread)';
  return node.observed ? ' (process)' : ' (process, no agent)';
}

export function statusWord(node: TreeNode): string {
  const { restartsAt } = node.metrics;
  if (node.status === 'restarting' && restartsAt !== undefined)
    return `restarting at ${clockTime(restartsAt)}`;
  return node.blockedMs === null ? node.status : `blocked ${age(node.blockedMs)}`;
}

/** Colour is for trouble only. */
function paintStatus(status: NodeStatus, paint: Paint): (text: string) => string {
  switch (status) {
    case 'blocked':
    case 'straggler':
      return paint.trouble;
    case 'starting':
    case 'stopping':
    case 'stale':
    case 'suspended':
    case 'restarting':
      return paint.caution;
    case 'running':
    case 'exited':
      return (text) => text;
  }
}
