import { Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { nameOf, useOffered } from '../export/offered.ts';
import { useInterface } from '../store/interface.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useNode } from '../store/use-tree.ts';
import { type Outline, select, useMatched } from '../tree/use-outline.ts';
import { IconButton } from '../ui/button.tsx';
import { Easel, type Subject } from './easel.ts';
import { FocusPath } from './focus-path.tsx';
import { foundWithin } from './found.ts';
import { INKS } from './ink.ts';
import { wordsOf, wordsOfMany } from './read-out.ts';
import { pathOf, stepOf, worstOf } from './steps.ts';
import { Strip } from './strip.tsx';
import { useHand } from './use-hand.ts';
import { useLevels } from './use-levels.ts';

interface IcicleProps {
  instance: string;
  tree: TreeStore;
  outline: Outline;
  onMenu: (at: { x: number; y: number }) => void;
}

/**
 * The whole tree in one picture: levels from left to right, a node as high as it has leaves, trouble in colour wherever
 * it is. Selection is the outline's. The canvas is for the eye; what it shows is also said in words.
 */
export function Icicle({ instance, tree, outline, onMenu }: IcicleProps) {
  const hasGhosts = useInterface((state) => state.hasGhosts);
  const { levels, idAt, positionOf } = useLevels(tree, hasGhosts);
  const [focusKey, setFocusKey] = useState<string | null>(null);
  const [hovered, setHovered] = useState<{ from: number; until: number } | null>(null);
  const [isZoomed, setZoomed] = useState(false);
  const base = useId();
  const { place, rows } = outline;
  const matched = useMatched(rows);

  const nodeAt = (position: number) => tree.node(idAt(position));
  const selectedId = place.selected?.id ?? null;
  const selected = positionOf(selectedId);
  const node = useNode(tree, selectedId);
  const focus = Math.max(0, positionOf(focusKey === null ? null : tree.newestAt(focusKey)?.id));

  const found = useMemo(() => {
    if (matched === null) return null;
    const positions = [...matched.ids()].map(positionOf).filter((at) => at !== -1);
    return foundWithin(levels, positions);
  }, [matched, levels]);
  const subject: Subject = {
    levels,
    focus,
    focusKey: focus === 0 ? null : focusKey,
    selected,
    isFound: found,
    nameOf: (position) => nodeAt(position)?.name ?? '',
  };

  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pots = useRef<HTMLDivElement>(null);
  const easel = useRef<Easel | null>(null);
  useLayoutEffect(() => {
    const made = new Easel(canvas.current!, pots.current!, subject);
    easel.current = made;
    const stop = made.seen.subscribe(() => setZoomed(!made.isWhole));
    return () => {
      stop();
      made.close();
    };
  }, []);
  useEffect(() => easel.current?.show(subject, isCalm()));
  useEffect(() => {
    if (selected !== -1) easel.current?.bringIn(selected, isCalm());
  }, [place.revealAt, selectedId]);

  useOffered('picture', () => ({
    name: `${nameOf(instance)}-icicle`,
    make: () => easel.current?.picture() ?? null,
    image: () => canvas.current,
  }));

  const focusOn = (position: number) => {
    const at = levels.first[position] === levels.first[position + 1] ? levels.parent[position]! : position;
    setFocusKey(at <= 0 ? null : tree.keyOf(idAt(at)));
  };
  const goOut = () => {
    if (!easel.current?.isWhole) easel.current?.fit(isCalm());
    else if (focus > 0) focusOn(levels.parent[focus]!);
  };
  const choose = (position: number) => select(instance, tree, idAt(position));
  const hand = useHand(canvas, easel, { levels, onHover: setHovered });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      if (selected === -1) return;
      const box = canvas.current!.getBoundingClientRect();
      const at = easel.current!.placeOf(selected);
      onMenu({ x: box.left + at.x, y: box.top + at.y });
    } else if (event.key === '+' || event.key === '=') easel.current?.zoom(1.5);
    else if (event.key === '-') easel.current?.zoom(1 / 1.5);
    else if (event.key === '0') easel.current?.fit(isCalm());
    else if (event.key === 'Enter' && selected !== -1) focusOn(selected);
    else if (event.key === 'Escape' || event.key === 'Backspace') goOut();
    else if (selected === -1) {
      if (!event.key.startsWith('Arrow') || levels.count < 2) return;
      choose(Math.max(1, focus));
    } else {
      const next = stepOf(levels, selected, event.key);
      if (next === null) return;
      choose(next);
    }
    event.preventDefault();
  };

  const onClick = (event: PointerEvent | MouseEvent) => {
    const block = hand.at(event);
    if (!block) return;
    if (block.until - block.from === 1) {
      choose(block.from);
      if (levels.first[block.from] !== levels.first[block.from + 1]) focusOn(block.from);
      return;
    }
    choose(worstOf(levels, block.from, block.until));
    easel.current?.fill(block.from, block.until, isCalm());
  };
  const onContextMenu = (event: MouseEvent) => {
    const block = hand.at(event);
    event.preventDefault();
    if (!block) return;
    choose(worstOf(levels, block.from, block.until));
    onMenu({ x: event.clientX, y: event.clientY });
  };

  const isMany = hovered !== null && hovered.until - hovered.from > 1;
  const underHand = hovered === null || hovered.until > levels.count ? null : nodeAt(hovered.from);
  // One that has just come is not in the picture yet.
  const said = node ? wordsOf(levels, selected, node) : 'Nothing is selected.';
  return (
    <div className="icicle-pane">
      <div className="icicle-bar">
        <FocusPath
          path={pathOf(levels, focus).map((at) => ({ id: idAt(at), name: nodeAt(at)?.name ?? '' }))}
          onFocus={(id) => (id === null ? setFocusKey(null) : focusOn(positionOf(id)))}
        />
        <IconButton label="Zoom in" icon={ZoomIn} onPress={() => easel.current?.zoom(1.5)} keys="+" />
        <IconButton label="Zoom out" icon={ZoomOut} onPress={() => easel.current?.zoom(1 / 1.5)} keys="−" />
        <IconButton label="Fit" icon={Maximize} onPress={() => easel.current?.fit(isCalm())} keys="0" />
      </div>
      <div className="icicle-body">
        <div
          ref={box}
          id={base}
          className="icicle"
          role="tree"
          aria-label="Icicle of the tree"
          tabIndex={0}
          aria-activedescendant={selected === -1 ? undefined : `${base}-${selectedId}`}
          onKeyDown={onKeyDown}
          onClick={onClick}
          onContextMenu={onContextMenu}
          {...hand.listeners}
        >
          <canvas ref={canvas} aria-hidden />
          <div ref={pots} aria-hidden hidden>
            {INKS.map((name) => (
              <i key={name} className={`ink is-${name}`} data-ink={name} />
            ))}
          </div>
          <div
            key={selectedId}
            id={`${base}-${selectedId}`}
            className="unseen"
            role="treeitem"
            aria-selected={selected !== -1}
            aria-level={selected === -1 ? 1 : levels.level[selected]}
            aria-label={said}
          />
        </div>
        {(isZoomed || focus > 0) && (
          <Strip
            icicle={easel}
            subject={subject}
            pots={pots}
            controls={base}
            onFocus={focusOn}
            onLeave={() => box.current?.focus()}
          />
        )}
      </div>
      <div className="icicle-words">
        <p className={underHand ? 'unseen' : 'cut soft'} role="status" title={said}>
          {said}
        </p>
        {underHand && (
          <p className="cut soft" aria-hidden>
            {isMany
              ? wordsOfMany(levels, hovered!.from, hovered!.until)
              : wordsOf(levels, hovered!.from, underHand)}
          </p>
        )}
      </div>
    </div>
  );
}

function isCalm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
