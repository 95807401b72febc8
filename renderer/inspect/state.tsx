import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, EyeOff, RefreshCw } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Switch } from 'react-aria-components';
import type { Cost } from '../../protocol/state.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { now } from '../store/clock.ts';
import { show, useInterface } from '../store/interface.ts';
import { paused } from '../store/pause.ts';
import { useValue } from '../store/value.ts';
import { nextStep } from '../tree/keys.ts';
import { IconButton } from '../ui/button.tsx';
import { age, bytes, counted, micros } from '../ui/format.ts';
import { Trouble } from '../ui/trouble.tsx';
import { type StateRow, stateRows } from './state-rows.ts';
import { type StateReading, useStateOf } from './use-state.ts';

interface StateTabProps {
  instance: string;
  node: TreeNode;
  placeKey: string;
}

export function StateTab({ instance, node, placeKey }: StateTabProps) {
  if (!node.hasState) return <p className="inspect-note">{NO_STATE[node.kind]}</p>;
  return <State instance={instance} node={node} placeKey={placeKey} />;
}

const NO_STATE: Record<TreeNode['kind'], string> = {
  worker: 'This worker handed over no state. In its code: context.state(reference).',
  supervisor: 'A supervisor keeps no state of its own. Select one of its workers.',
  thread: 'Nothing in this thread handed over a state as the thread’s own.',
  component: 'Its adapter hands over no state of it, only the facts and figures of the overview.',
  process: 'Nothing in this process handed over a state as the process’s own.',
};

function State({ instance, node, placeKey }: StateTabProps) {
  const isLive = useInterface((state) => state.isStateLive);
  // The world is paused as a whole: a state that goes on beside a tree that stands would be of another moment.
  const isStill = useValue(paused) !== null;
  const isFollowed = isLive && !isStill && node.endedAt === null;
  const reading = useStateOf({ instance, node: node.id, placeKey }, { isLive: isFollowed, isStill });
  const { answer, error } = reading;
  // What is not read again, or is of the incarnation before, must not look fresh.
  const isOld = error !== null || (answer !== null && answer.node.id !== node.id);
  return (
    <div className="state">
      <div className="state-bar">
        <Switch className="switch" isSelected={isLive} onChange={(on) => show({ isStateLive: on })}>
          <span className="switch-track" />
          Live
        </Switch>
        <span className="state-cost cut soft" title="What the look took from the service">
          {answer && costWords(answer.cost, answer.partial)}
        </span>
        <IconButton label="Read again" icon={RefreshCw} onPress={reading.refresh} />
      </div>
      {error && <Trouble error={error} />}
      {answer && (isOld || !isFollowed) && (
        <StateAge at={answer.at} incarnation={answer.node.incarnation} isPaused={isStill} />
      )}
      {answer ? (
        <StateTree reading={reading} isOld={isOld} name={node.name} />
      ) : (
        !error && <p className="inspect-note">Reading…</p>
      )}
    </div>
  );
}

function StateAge({ at, incarnation, isPaused }: { at: number; incarnation: number; isPaused: boolean }) {
  const time = useValue(now);
  return (
    <p className="inspect-note">
      {isPaused ? 'Paused: as it was' : 'As it was'} {age(time - at)} ago in #{incarnation}
    </p>
  );
}

function costWords(cost: Cost, isPartial: boolean): string {
  const words = [`read in ${micros(cost.us)}`, bytes(cost.bytes)];
  if (cost.truncated > 0) words.push(`${counted(cost.truncated, 'place')} cut short`);
  if (cost.redacted > 0) words.push(`${cost.redacted} hidden`);
  if (isPartial) words.push('partial');
  return words.join(' · ');
}

const ROW_PX = 22;

/** A state as lines that open by path: a tree, driven by keys. */
function StateTree({ reading, isOld, name }: { reading: StateReading; isOld: boolean; name: string }) {
  const { answer, view } = reading;
  const rows = useMemo(() => stateRows(answer!.value, view), [answer, view]);
  const [active, setActive] = useState(0);
  const changed = useChanged(rows);
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const at = Math.min(active, rows.length - 1);

  const toggle = (row: StateRow, isOpen = !row.isOpen) => {
    if (row.asks !== null) reading.fetch(row.path, row.asks);
    else if (row.isOpen !== null) reading.setOpen(row.path, isOpen);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    if (row && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      toggle(row);
      return;
    }
    const lines = rows.map((each) => ({
      id: each.path,
      level: each.level,
      isOpen: each.isOpen === true && each.asks === null,
      hasChildren: each.isOpen !== null || each.asks !== null,
      position: 0,
      siblings: 0,
    }));
    const step = nextStep(event, lines, at, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX));
    if (!step) return;
    event.preventDefault();
    if (step.kind === 'open') toggle(rows[at]!, step.isOpen);
    else {
      setActive(step.index);
      virtual.scrollToIndex(step.index);
    }
  };

  return (
    <div
      ref={scroller}
      className={`state-tree${isOld ? ' is-old' : ''}`}
      role="tree"
      aria-label={`State of ${name}`}
      tabIndex={0}
      aria-activedescendant={items.some(({ index }) => index === at) ? `${base}-${at}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" className="state-body" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rows[index]!;
          return (
            <div
              key={`${row.path}${row.asks ?? ''}`}
              id={`${base}-${index}`}
              role="treeitem"
              aria-level={row.level}
              aria-selected={index === at}
              aria-expanded={row.isOpen === null ? undefined : row.isOpen && row.asks === null}
              className={`state-row is-${row.tone}${index === at ? ' is-active' : ''}`}
              style={{ transform: `translateY(${start}px)`, paddingLeft: 6 + (row.level - 1) * 14 }}
              onClick={() => {
                setActive(index);
                toggle(row);
              }}
            >
              <span className={`twisty${row.isOpen && row.asks === null ? ' is-open' : ''}`}>
                {(row.isOpen !== null || row.asks !== null) && <ChevronRight size={13} aria-hidden />}
              </span>
              {row.label !== '' && <span className="state-key">{row.label}</span>}
              {row.tone === 'hidden' && <EyeOff size={13} aria-hidden />}
              <span
                className={`state-value cut${changed.has(row.path) ? ' has-changed' : ''}`}
                title={row.text}
              >
                {row.text}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Paths whose text differs from the reading before. */
function useChanged(rows: readonly StateRow[]): ReadonlySet<string> {
  const before = useRef(new Map<string, string>());
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const held = before.current;
    const differing = rows.filter(({ path, text }) => held.has(path) && held.get(path) !== text);
    before.current = new Map(rows.map(({ path, text }) => [path, text]));
    setChanged(new Set(differing.map(({ path }) => path)));
  }, [rows]);
  return changed;
}
