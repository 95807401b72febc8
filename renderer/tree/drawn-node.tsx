import { memo } from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useNode } from '../store/use-tree.ts';
import { BOX_PX, type Drawn } from './drawing-layout.ts';
import { textWidth } from './text-width.ts';
import { severityOf, statusWords } from './words.ts';

export interface DrawnHands {
  onSelect: (id: string) => void;
  onToggle: (drawn: Drawn) => void;
  onUnfold: (drawn: Drawn) => void;
  onMenu: (at: { x: number; y: number }) => void;
}

interface DrawnNodeProps extends DrawnHands {
  domId: string;
  tree: TreeStore;
  drawn: Drawn;
  isSelected: boolean;
  hasArrived: boolean;
}

/** One box. It is drawn again when its own node changes. */
export const DrawnNode = memo(function DrawnNode(props: DrawnNodeProps) {
  const { domId, tree, drawn, isSelected, hasArrived, onSelect, onToggle, onMenu } = props;
  const node = useNode(tree, drawn.id);
  const { row } = drawn;
  if (!node || !row) return null;
  const severity = severityOf(node);
  const classes = ['drawn', `is-${severity}`, isSelected && 'is-selected', hasArrived && 'has-arrived'];
  return (
    <g
      id={domId}
      role="treeitem"
      aria-level={row.level}
      aria-selected={isSelected}
      aria-expanded={row.hasChildren ? row.isOpen : undefined}
      aria-label={`${node.name} ${lifeOf(node)} ${node.kind}, ${statusWords(node)}`}
      className={classes.filter(Boolean).join(' ')}
      transform={`translate(${drawn.x} ${drawn.y})`}
      onClick={() => onSelect(node.id)}
      onDoubleClick={row.hasChildren ? () => onToggle(drawn) : undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        onSelect(node.id);
        onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <title>{`${node.kind} ${node.lineage}`}</title>
      <Box width={drawn.width} />
      <Mark node={node} />
      <text className="drawn-name" x={20} y={4}>
        {shortened(node.name)}
        <tspan className="drawn-life" dx={6}>
          {lifeOf(node)}
        </tspan>
      </text>
      {row.hasChildren && !row.isOpen && <circle className="drawn-closed" cx={drawn.width} cy={0} r={4} />}
    </g>
  );
});

/** Kinds differ in form, trouble in colour. */
function Mark({ node }: { node: TreeNode }) {
  const className = 'drawn-mark';
  if (node.status === 'suspended') {
    return <path className="drawn-held" d="M8 -4 h2.5 v8 h-2.5 Z M12.5 -4 h2.5 v8 h-2.5 Z" />;
  }
  switch (node.kind) {
    case 'process':
      return <rect className={className} x={7} y={-4} width={8} height={8} rx={1} />;
    case 'thread':
      return <path className={className} d="M7 -4 h8 M7 0 h8 M7 4 h8" />;
    case 'supervisor':
      return <path className={className} d="M11 -5 L16 4 H6 Z" />;
    case 'worker':
      return <circle className={className} cx={11} cy={0} r={4} />;
    case 'component':
      return <path className={className} d="M11 -5 L16 0 L11 5 L6 0 Z" />;
    default:
      return node.kind satisfies never;
  }
}

/** Siblings that are not drawn: shows more of them. */
export function Folded({ drawn, onUnfold }: { drawn: Drawn; onUnfold: (drawn: Drawn) => void }) {
  const { count, isFull } = drawn.folded!;
  const name = foldedName(count);
  const words = isFull ? `${name} more, show them in the outline` : `${name} more, show them`;
  return (
    <g
      role="treeitem"
      aria-selected={false}
      aria-label={words}
      className="drawn is-folded"
      transform={`translate(${drawn.x} ${drawn.y})`}
      onClick={() => onUnfold(drawn)}
    >
      <title>{words}</title>
      <Box width={drawn.width} />
      <text className="drawn-name" x={12} y={4}>
        {name}
      </text>
    </g>
  );
}

/** What has just gone, in its place for a moment. */
export function Gone({ drawn }: { drawn: Drawn }) {
  return (
    <g aria-hidden className="drawn is-ended" transform={`translate(${drawn.x} ${drawn.y})`}>
      <Box width={drawn.width} />
      <text className="drawn-name" x={20} y={4}>
        {shortened(drawn.gone!.name)}
      </text>
    </g>
  );
}

function Box({ width }: { width: number }) {
  return <rect className="drawn-box" x={0} y={-BOX_PX / 2} width={width} height={BOX_PX} rx={5} />;
}

export function lifeOf(node: TreeNode): string {
  return node.kind === 'worker' || node.kind === 'supervisor' ? `#${node.incarnation}` : '';
}

const MAX_CHARS = 28;
const PAD_PX = 30;

export function shortened(name: string): string {
  return name.length <= MAX_CHARS ? name : `${name.slice(0, MAX_CHARS - 1)}…`;
}

/** So wide is its box. */
export function widthOf(node: TreeNode | null): number {
  if (!node) return 0;
  const life = lifeOf(node);
  return widthOfName(node.name) + (life === '' ? 0 : Math.ceil(6 + textWidth(life)));
}

export function widthOfName(name: string): number {
  return Math.ceil(PAD_PX + textWidth(shortened(name)));
}

export function widthOfFolded(count: number): number {
  return Math.ceil(24 + textWidth(foldedName(count)));
}

export function foldedName(count: number): string {
  return `+${count.toLocaleString('en')}`;
}
