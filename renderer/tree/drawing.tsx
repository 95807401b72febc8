import { linkHorizontal } from 'd3-shape';
import { Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useNode } from '../store/use-tree.ts';
import { IconButton } from '../ui/button.tsx';
import { type Drawn, layOut } from './drawing-layout.ts';
import { textWidth } from './text-width.ts';
import { type Outline, select, setOpen } from './use-outline.ts';
import { useViewport } from './use-viewport.ts';
import { severityOf, statusWords } from './words.ts';

/** Siblings drawn under one parent before the rest is folded, and how many more a click shows. */
const SIBLINGS = 12;
const PAD_PX = 30;

interface DrawingProps {
  instance: string;
  tree: TreeStore;
  outline: Outline;
  onMenu: (at: { x: number; y: number }) => void;
}

const path = linkHorizontal<unknown, { x: number; y: number }>()
  .x(({ x }) => x)
  .y(({ y }) => y);

/** What is open in the outline as nodes and links. Selection is the outline's. */
export function Drawing({ instance, tree, outline, onMenu }: DrawingProps) {
  const { rows, place } = outline;
  const selected = place.selected?.id ?? null;
  const [more, setMore] = useState<ReadonlyMap<string, number>>(new Map());
  const layout = useMemo(
    () =>
      layOut(
        rows,
        (id) => widthOf(tree.node(id)),
        (parent) => SIBLINGS + (more.get(tree.keyOf(parent) ?? '') ?? 0),
        selected,
      ),
    [rows, tree, more, selected],
  );
  const frame = useRef<HTMLDivElement>(null);
  const { viewport, isReady, onPointerDown, fit, zoom, bringIn } = useViewport(frame, layout);
  const base = useId();
  const active = layout.nodes.find(({ id }) => id !== null && id === selected) ?? null;

  // Moves when the selection does, not when it is panned.
  useEffect(() => {
    if (isReady && active) bringIn(active);
  }, [selected, isReady]);

  const unfold = useCallback(
    (parent: string) =>
      setMore((before) => {
        const key = tree.keyOf(parent) ?? '';
        return new Map(before).set(key, (before.get(key) ?? 0) + 2 * SIBLINGS);
      }),
    [tree],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = active && document.getElementById(`${base}-${active.key}`)?.getBoundingClientRect();
    if (box && (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))) {
      onMenu({ x: box.left + 20, y: box.bottom });
    } else if (event.key === '+' || event.key === '=') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') fit();
    else if (event.key === 'Enter' && active?.row?.hasChildren) {
      setOpen(instance, tree, active.id!, !active.row.isOpen);
    } else {
      const next = neighbour(layout.nodes, active, event.key);
      if (!next) return;
      if (next === 'open' || next === 'close') setOpen(instance, tree, active!.id!, next === 'open');
      else if (next.folded) unfold(next.folded.under);
      else select(instance, tree, next.id);
    }
    event.preventDefault();
  };

  return (
    <div ref={frame} className="drawing-pane" onPointerDown={onPointerDown}>
      <svg
        className="drawing"
        role="tree"
        aria-label="Drawing of the tree"
        tabIndex={0}
        aria-activedescendant={active ? `${base}-${active.key}` : undefined}
        onKeyDown={onKeyDown}
      >
        <g
          transform={`translate(${viewport.x} ${viewport.y}) scale(${viewport.scale})`}
          visibility={isReady ? undefined : 'hidden'}
        >
          <g aria-hidden>
            {layout.links.map(({ key, from, to }) => (
              <path
                key={key}
                className="drawn-link"
                d={
                  path({
                    source: { x: from.x + from.width, y: from.y },
                    target: { x: to.x, y: to.y },
                  } as never) ?? ''
                }
              />
            ))}
          </g>
          {layout.nodes.map((drawn) =>
            drawn.folded ? (
              <Folded key={drawn.key} drawn={drawn} onUnfold={unfold} />
            ) : (
              <DrawnNode
                key={drawn.key}
                domId={`${base}-${drawn.key}`}
                tree={tree}
                drawn={drawn}
                isSelected={drawn.id === selected}
                hasArrived={place.arrived?.id === drawn.id}
                onSelect={() => select(instance, tree, drawn.id)}
                onToggle={() => setOpen(instance, tree, drawn.id!, !drawn.row!.isOpen)}
                onMenu={onMenu}
              />
            ),
          )}
        </g>
      </svg>
      <div className="drawing-tools">
        <IconButton label="Zoom in" icon={ZoomIn} onPress={() => zoom(1.25)} keys="+" />
        <IconButton label="Zoom out" icon={ZoomOut} onPress={() => zoom(0.8)} keys="−" />
        <IconButton label="Fit" icon={Maximize} onPress={fit} keys="0" />
      </div>
    </div>
  );
}

interface DrawnNodeProps {
  domId: string;
  tree: TreeStore;
  drawn: Drawn;
  isSelected: boolean;
  hasArrived: boolean;
  onSelect: () => void;
  onToggle: () => void;
  onMenu: (at: { x: number; y: number }) => void;
}

function DrawnNode({
  domId,
  tree,
  drawn,
  isSelected,
  hasArrived,
  onSelect,
  onToggle,
  onMenu,
}: DrawnNodeProps) {
  const node = useNode(tree, drawn.id);
  if (!node) return null;
  const { row } = drawn;
  const severity = severityOf(node);
  const classes = ['drawn', `is-${severity}`, isSelected && 'is-selected', hasArrived && 'has-arrived'];
  return (
    <g
      id={domId}
      role="treeitem"
      aria-level={row!.level}
      aria-selected={isSelected}
      aria-expanded={row!.hasChildren ? row!.isOpen : undefined}
      aria-label={`${node.name} ${lifeOf(node)} ${node.kind}, ${statusWords(node)}`}
      className={classes.filter(Boolean).join(' ')}
      transform={`translate(${drawn.x} ${drawn.y})`}
      onClick={onSelect}
      onDoubleClick={row!.hasChildren ? onToggle : undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        onSelect();
        onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <title>{`${node.kind} ${node.lineage}`}</title>
      <rect className="drawn-box" x={0} y={-11} width={drawn.width} height={22} rx={5} />
      <Mark node={node} />
      <text className="drawn-name" x={20} y={4}>
        {shortened(node.name)}
        <tspan className="drawn-life" dx={6}>
          {lifeOf(node)}
        </tspan>
      </text>
      {row!.hasChildren && !row!.isOpen && <circle className="drawn-closed" cx={drawn.width} cy={0} r={4} />}
    </g>
  );
}

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
    default:
      return node.kind satisfies never;
  }
}

function Folded({ drawn, onUnfold }: { drawn: Drawn; onUnfold: (parent: string) => void }) {
  const { count, under } = drawn.folded!;
  return (
    <g
      role="treeitem"
      aria-selected={false}
      aria-label={`${count} more, show them`}
      className="drawn is-folded"
      transform={`translate(${drawn.x} ${drawn.y})`}
      onClick={() => onUnfold(under)}
    >
      <rect className="drawn-box" x={0} y={-11} width={drawn.width} height={22} rx={5} />
      <text className="drawn-name" x={12} y={4}>
        +{count} more
      </text>
    </g>
  );
}

/** Where an arrow key leads from the active box. */
export function neighbour(
  nodes: readonly Drawn[],
  active: Drawn | null,
  key: string,
): Drawn | 'open' | 'close' | null {
  const real = nodes.filter(({ id }) => id !== null);
  if (!active) return key.startsWith('Arrow') ? (real[0] ?? null) : null;
  const level = active.row!.level;
  const column = real.filter(({ row }) => row!.level === level).sort((a, b) => a.y - b.y);
  const nearest = (boxes: Drawn[]) =>
    boxes.sort((a, b) => Math.abs(a.y - active.y) - Math.abs(b.y - active.y))[0] ?? null;
  const at = column.indexOf(active);
  switch (key) {
    case 'ArrowDown': {
      // What is folded right below is shown, as by a click.
      const folded = nodes.find((each) => each.folded?.under === active.parentKey);
      const after = column[at + 1] ?? null;
      return folded && folded.y > active.y && (after === null || folded.y < after.y) ? folded : after;
    }
    case 'ArrowUp':
      return column[at - 1] ?? null;
    case 'ArrowRight':
      if (!active.row!.hasChildren) return null;
      if (!active.row!.isOpen) return 'open';
      return nearest(childrenOf(real, active));
    case 'ArrowLeft':
      if (active.row!.isOpen && active.row!.hasChildren && level === 1) return 'close';
      return real.find((each) => childrenOf(real, each).includes(active)) ?? null;
    default:
      return null;
  }
}

/** The boxes right below one in the outline's order. */
function childrenOf(nodes: readonly Drawn[], parent: Drawn): Drawn[] {
  return nodes.filter(({ parentKey }) => parentKey === parent.key);
}

function lifeOf(node: TreeNode): string {
  return node.kind === 'worker' || node.kind === 'supervisor' ? `#${node.incarnation}` : '';
}

const MAX_CHARS = 28;

function shortened(name: string): string {
  return name.length <= MAX_CHARS ? name : `${name.slice(0, MAX_CHARS - 1)}…`;
}

function widthOf(node: TreeNode | null): number {
  if (!node) return 0;
  const life = lifeOf(node);
  return Math.ceil(PAD_PX + textWidth(shortened(node.name)) + (life === '' ? 0 : 6 + textWidth(life)));
}
