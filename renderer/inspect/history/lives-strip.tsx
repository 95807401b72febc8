import { type KeyboardEvent, useId, useState } from 'react';
import type { TreeNode } from '../../../protocol/tree.ts';
import { now } from '../../store/clock.ts';
import { isAlive } from '../../store/row-keys.ts';
import type { TimelineRow } from '../../store/timeline.ts';
import { useValue } from '../../store/value.ts';
import { nextLine } from '../../tree/keys.ts';
import { age, clockTime, counted, dateTime, duration } from '../../ui/format.ts';
import { type Life, livesOf } from './lives.ts';

/** More would be thinner than can be pointed at. */
const MAX_DRAWN = 30;

interface LivesStripProps {
  rows: readonly TimelineRow[];
  node: TreeNode;
  /** Goes to a line of the history. */
  onOpen: (row: string) => void;
}

/** The lives of one lineage side by side: as long as they were, with how each ended, and the gaps between them. */
export function LivesStrip({ rows, node, onOpen }: LivesStripProps) {
  const time = useValue(now);
  const [pointed, point] = useState<string | null>(null);
  const [chosen, choose] = useState<string | null>(null);
  const base = useId();
  const all = livesOf(rows, node);
  const lives = all.slice(-MAX_DRAWN);
  const first = lives[0];
  if (!first) return null;
  const at = Math.max(0, lives.length - 1 - [...lives].reverse().findIndex(({ id }) => id === chosen));
  const shown = lives.find(({ id }) => id === pointed) ?? lives[chosen === null ? lives.length - 1 : at]!;
  const hidden = all.length - lives.length;
  const unknown = (all[0]?.incarnation ?? 1) - 1;

  const onKeyDown = (event: KeyboardEvent) => {
    const active = lives[chosen === null ? lives.length - 1 : at]!;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      if (active.row) onOpen(active.row);
      return;
    }
    const key = SIDEWAYS[event.key] ?? event.key;
    const next = nextLine({ ...modifiers(event), key }, lives.length, lives.indexOf(active), 10);
    if (next === null) return;
    event.preventDefault();
    choose(lives[next]!.id);
  };

  return (
    <section role="group" className="inspect-section" aria-label="Lives">
      <h3 className="section-head">
        <span>Lives</span>
        <span className="section-figure soft">{counted(unknown + all.length, 'life', 'lives')}</span>
      </h3>
      <div
        className={`lives${first.incarnation > 1 || first.from === null ? ' is-torn' : ''}`}
        role="listbox"
        aria-label={`Lives of ${node.name}`}
        aria-orientation="horizontal"
        tabIndex={0}
        aria-activedescendant={`${base}-${lives[chosen === null ? lives.length - 1 : at]!.id}`}
        onKeyDown={onKeyDown}
        onPointerLeave={() => point(null)}
      >
        {lives.map((life, index) => (
          <Segment
            key={`${life.id} ${life.from}`}
            domId={`${base}-${life.id}`}
            life={life}
            until={life.to ?? time}
            hasGap={index < lives.length - 1}
            isActive={life === shown}
            onPoint={() => point(life.id)}
            onOpen={() => {
              choose(life.id);
              if (life.row) onOpen(life.row);
            }}
          />
        ))}
      </div>
      <p className="lives-axis faint">
        <span>{beginning(first, hidden, unknown)}</span>
        <span>{isAlive(node) ? 'now' : clockTime(node.endedAt ?? time).slice(0, 8)}</span>
      </p>
      <p className="lives-words soft">
        <span className="code">#{shown.incarnation}</span> {lifeWords(shown, time)}
      </p>
    </section>
  );
}

interface SegmentProps {
  domId: string;
  life: Life;
  until: number;
  hasGap: boolean;
  isActive: boolean;
  onPoint: () => void;
  onOpen: () => void;
}

function Segment({ domId, life, until, hasGap, isActive, onPoint, onOpen }: SegmentProps) {
  const lengthMs = Math.max(1, until - (life.from ?? until - 1));
  const tone = life.to === null ? 'living' : `ended-${life.end?.tone ?? 'calm'}`;
  return (
    <>
      <div
        id={domId}
        role="option"
        aria-selected={isActive}
        aria-label={`#${life.incarnation} ${lifeWords(life, until)}`}
        className={`life is-${tone}${isActive ? ' is-active' : ''}`}
        style={{ flexGrow: lengthMs }}
        onPointerEnter={onPoint}
        onClick={onOpen}
      >
        <span className="life-name">#{life.incarnation}</span>
      </div>
      {hasGap && (
        <div
          role="presentation"
          className={`life-gap${life.recoveredMs === null ? ' is-open' : ''}`}
          style={{ flexGrow: life.recoveredMs ?? 0 }}
        />
      )}
    </>
  );
}

/** `lived 3 min 4 s until 14:03:07.512, Error: boom; next ready after 3.2 ms` */
function lifeWords({ from, to, end, recoveredMs }: Life, time: number): string {
  if (to === null) return from === null ? 'lives' : `has lived ${age(time - from)}, since ${dateTime(from)}`;
  const words =
    from === null ? `ended ${clockTime(to)}` : `lived ${duration(to - from)}, until ${clockTime(to)}`;
  const back = recoveredMs === null ? '' : `; next ready after ${duration(recoveredMs)}`;
  return `${words}: ${end?.words ?? 'the service ended'}${back}`;
}

/** What stands where the strip begins: a time, or why there is more that is not drawn. */
function beginning(first: Life, hidden: number, unknown: number): string {
  if (hidden > 0) return `the last ${MAX_DRAWN}`;
  if (unknown > 0) return `${unknown === 1 ? '#1 is' : `#1 to #${unknown} are`} not in the ledger any more`;
  return first.from === null ? 'began before the ledger' : dateTime(first.from);
}

const SIDEWAYS: Record<string, string> = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' };

function modifiers({ ctrlKey, altKey, metaKey }: KeyboardEvent) {
  return { ctrlKey, altKey, metaKey };
}
