import { Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { DRAWING_COLOURS, drawingPicture } from '../export/drawing-picture.ts';
import { nameOf, useOffered } from '../export/offered.ts';
import { colours } from '../export/tokens.ts';
import { show } from '../store/interface.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { IconButton } from '../ui/button.tsx';
import { neighbour } from './drawing-keys.ts';
import type { Drawn } from './drawing-layout.ts';
import { otherPath, parentagePath } from './drawing-paths.ts';
import { DrawnNode, Folded, Gone } from './drawn-node.tsx';
import { useDrawing } from './use-drawing.ts';
import { type Outline, reveal, select, setOpen } from './use-outline.ts';
import { isInSight, useViewport } from './use-viewport.ts';

/** Siblings drawn under one parent before the rest is folded, and how many more a press shows. */
const SIBLINGS = 12;
const MORE_SIBLINGS = 24;

interface DrawingProps {
  instance: string;
  tree: TreeStore;
  outline: Outline;
  onMenu: (at: { x: number; y: number }) => void;
}

/** What is open in the outline as nodes and links. Selection is the outline's. */
export function Drawing({ instance, tree, outline, onMenu }: DrawingProps) {
  const selected = outline.place.selected?.id ?? null;
  const [more, setMore] = useState<ReadonlyMap<string, number>>(new Map());
  const capOf = useCallback((key: string) => SIBLINGS + (more.get(key) ?? 0), [more]);
  const { layout, active: activeKey, arrived } = useDrawing(tree, outline, capOf);
  const frame = useRef<HTMLDivElement>(null);
  const { viewport, window, isReady, onPointerDown, fit, zoom, bringIn } = useViewport(
    frame,
    layout,
    activeKey,
  );
  const base = useId();
  const active = layout.nodes.find(({ key }) => key === activeKey) ?? null;

  // Moves when the selection does, not when it is panned, nor when a successor takes its place.
  useEffect(() => {
    if (isReady && active) bringIn(active);
  }, [activeKey, outline.place.revealAt, isReady]);

  useOffered('picture', () => ({
    name: `${nameOf(instance)}-drawing`,
    make: () => drawingPicture(layout, (id) => tree.node(id), colours(DRAWING_COLOURS), selected),
  }));

  const hands = useMemo(
    () => ({
      onSelect: (id: string) => select(instance, tree, id),
      onToggle: ({ id, row }: Drawn) => setOpen(instance, tree, id!, !row!.isOpen),
      onUnfold: ({ folded, parentKey }: Drawn) => {
        const { under, isFull } = folded!;
        if (!isFull) {
          setMore((before) => new Map(before).set(parentKey!, (before.get(parentKey!) ?? 0) + MORE_SIBLINGS));
          return;
        }
        // No more fit a drawing: the lines hold any number.
        setOpen(instance, tree, under, true);
        reveal(instance, tree, under);
        show({ view: 'outline' });
      },
      onMenu,
    }),
    [instance, tree, onMenu],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = active && document.getElementById(`${base}-${active.id}`)?.getBoundingClientRect();
    if (box && (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))) {
      onMenu({ x: box.left + 20, y: box.bottom });
    } else if (event.key === '+' || event.key === '=') zoom(1.25);
    else if (event.key === '-') zoom(0.8);
    else if (event.key === '0') fit();
    else if (event.key === 'Enter' && active?.row?.hasChildren) hands.onToggle(active);
    else {
      const next = neighbour(layout.nodes, active, event.key);
      if (!next) return;
      if (next === 'open' || next === 'close') setOpen(instance, tree, active!.id!, next === 'open');
      else if (next.folded) hands.onUnfold(next);
      else hands.onSelect(next.id!);
    }
    event.preventDefault();
  };

  const isSeen = (drawn: Drawn) => isInSight(viewport, drawn, window);
  return (
    <div ref={frame} className="drawing-pane" onPointerDown={onPointerDown}>
      <svg
        className="drawing"
        role="tree"
        aria-label="Drawing of the tree"
        tabIndex={0}
        aria-activedescendant={active && isSeen(active) ? `${base}-${active.id}` : undefined}
        onKeyDown={onKeyDown}
      >
        <g
          transform={`translate(${viewport.x} ${viewport.y}) scale(${viewport.scale})`}
          visibility={isReady ? undefined : 'hidden'}
        >
          <g aria-hidden>
            {layout.links.map((link) => (
              <path key={link.key} className="drawn-link" d={parentagePath(link)} />
            ))}
            {layout.others.map(({ key, from, to, kind }) => (
              <path
                key={key}
                className={`drawn-other is-${kind}${from === active || to === active ? ' is-lit' : ''}`}
                d={otherPath({ from, to })}
              />
            ))}
          </g>
          {layout.nodes.map((drawn) => {
            // Out of sight nothing is drawn; the links are one path each and hold the picture together.
            if (!isSeen(drawn)) return null;
            if (drawn.folded) return <Folded key={drawn.key} drawn={drawn} onUnfold={hands.onUnfold} />;
            if (drawn.id === null) return <Gone key={drawn.key} drawn={drawn} />;
            return (
              <DrawnNode
                key={`${drawn.key} ${drawn.id}`}
                domId={`${base}-${drawn.id}`}
                tree={tree}
                drawn={drawn}
                isSelected={drawn.id === selected}
                hasArrived={arrived.has(drawn.id)}
                {...hands}
              />
            );
          })}
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
