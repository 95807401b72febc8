import { Lock } from 'lucide-react';
import { type KeyboardEvent, memo, useId, useState } from 'react';
import { isAlive } from '../../store/row-keys.ts';
import type { TreeStore } from '../../store/tree-store.ts';
import { useNode, useOfTree } from '../../store/use-tree.ts';
import { nextLine } from '../../tree/keys.ts';
import { LiveStatus } from '../../tree/live-status.tsx';
import { reveal } from '../../tree/use-outline.ts';
import { dotOf, severityOf } from '../../tree/words.ts';
import { Button } from '../../ui/button.tsx';

/** Rows at first, and with each asking for more: a dynamic supervisor may have a hundred thousand. */
const FIRST = 40;
const MORE = 200;

interface ChildrenProps {
  instance: string;
  tree: TreeStore;
  /** Of the supervisor. */
  id: string;
  name: string;
  isDynamic: boolean;
}

/** A supervisor's children in start order, stopped ones too. A click or Enter goes to one. */
export const Children = memo(function Children({
  instance,
  tree,
  id: parent,
  name,
  isDynamic,
}: ChildrenProps) {
  const [limit, setLimit] = useState(FIRST);
  const { ids: shown, all, active } = useChildren(tree, parent, limit);
  const [chosen, setActive] = useState<string | null>(null);
  const base = useId();
  const at = chosen === null ? -1 : shown.indexOf(chosen);

  const onKeyDown = (event: KeyboardEvent) => {
    const id = shown[at];
    if (event.key === 'Enter' && id) {
      event.preventDefault();
      reveal(instance, tree, id);
      return;
    }
    const index = nextLine(event, shown.length, at, 10);
    if (index === null) return;
    event.preventDefault();
    const next = shown[index]!;
    setActive(next);
    document.getElementById(`${base}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };

  return (
    <section role="group" className="inspect-section" aria-label="Children">
      <h3 className="section-head">
        <span>Children, in start order</span>
        <span className="section-figure soft">{countWords(all, active)}</span>
      </h3>
      {all === 0 ? (
        <p className="soft">{isDynamic ? 'None was started yet.' : 'It has none.'}</p>
      ) : (
        <div
          className="children"
          role="grid"
          aria-label={`Children of ${name}`}
          aria-rowcount={all + 1}
          tabIndex={0}
          aria-activedescendant={at === -1 ? undefined : `${base}-${shown[at]}`}
          onKeyDown={onKeyDown}
        >
          <div role="row" className="children-row children-columns" aria-rowindex={1}>
            {['Name', 'Restart', 'Status', 'Life', 'Restarts'].map((title) => (
              <span
                key={title}
                role="columnheader"
                className={title === 'Life' || title === 'Restarts' ? 'is-figure' : 'cut'}
                title={title}
              >
                {title === 'Life' ? '#' : title === 'Restarts' ? '↻' : title}
              </span>
            ))}
          </div>
          {shown.map((id, index) => (
            <Child
              key={id}
              domId={`${base}-${id}`}
              instance={instance}
              tree={tree}
              id={id}
              index={index}
              isActive={index === at}
              onOpen={() => {
                setActive(id);
                reveal(instance, tree, id);
              }}
            />
          ))}
        </div>
      )}
      {all > shown.length && (
        <div className="children-more">
          <Button look="bare" onPress={() => setLimit(limit + MORE)}>
            +{(all - shown.length).toLocaleString('en')} more
          </Button>
        </div>
      )}
    </section>
  );
});

interface ChildProps {
  domId: string;
  instance: string;
  tree: TreeStore;
  id: string;
  index: number;
  isActive: boolean;
  onOpen: () => void;
}

function Child({ domId, instance, tree, id, index, isActive, onOpen }: ChildProps) {
  const node = useNode(tree, id);
  if (!node) return null;
  const severity = severityOf(node);
  const { child } = node;
  const marks = [child?.significant && 'significant', child?.protected && 'protected'].filter(Boolean);
  return (
    <div
      id={domId}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isActive}
      className={`children-row${isActive ? ' is-active' : ''}${isAlive(node) ? '' : ' is-ghost'}`}
      title={[node.lineage, ...marks, node.exitReason && `last exit: ${node.exitReason}`]
        .filter(Boolean)
        .join(' · ')}
      onClick={onOpen}
    >
      <span role="gridcell" className="cut">
        {node.name}
        {child?.protected && <Lock size={11} aria-label="protected" className="child-mark" />}
      </span>
      <span role="gridcell" className="cut soft">
        {child?.restart ?? ''}
      </span>
      <span role="gridcell" className="child-status">
        <span className={dotOf(node)} />
        <span className={`cut ${severity === 'bad' || severity === 'warn' ? severity : ''}`}>
          <LiveStatus instance={instance} node={node} />
        </span>
      </span>
      <span role="gridcell" className="is-figure soft">
        {node.incarnation}
      </span>
      <span role="gridcell" className="is-figure">
        {node.restarts === 0 ? '' : node.restarts}
      </span>
    </div>
  );
}

interface ShownChildren {
  /** The first of them. */
  ids: string[];
  all: number;
  active: number;
}

/** Of each place the one that lives, else the last that did, in the order they were first started. */
function useChildren(tree: TreeStore, parent: string, limit: number): ShownChildren {
  return useOfTree(tree, () => childrenOf(tree, parent, limit), [parent, limit], isSameChildren);
}

function isSameChildren(one: ShownChildren, two: ShownChildren): boolean {
  return (
    one.all === two.all &&
    one.active === two.active &&
    one.ids.length === two.ids.length &&
    one.ids.every((id, at) => id === two.ids[at])
  );
}

function childrenOf(tree: TreeStore, parent: string, limit: number): ShownChildren {
  const columns = tree.columns();
  const slots = columns.childrenOf(columns.slotOf(parent));
  const order = (slot: number) => columns.nodeAt(slot)?.child?.order;
  // Static children carry their place; those of a dynamic supervisor, who may be many, stand as they were first seen.
  const isStatic = slots.length > 0 && order(slots[0]!) !== undefined;
  const shown: number[] = [];
  let active = 0;
  let all = 0;
  for (const slot of slots) {
    const isActive = columns.alive[slot] === 1;
    if (!isActive && !isLast(tree, columns.idAt(slot))) continue;
    if (isActive) active++;
    all++;
    if (isStatic || shown.length < limit) shown.push(slot);
  }
  if (isStatic) shown.sort((a, b) => (order(a) ?? 0) - (order(b) ?? 0));
  return { ids: shown.slice(0, limit).map(columns.idAt), all, active };
}

function isLast(tree: TreeStore, id: string): boolean {
  return tree.newestAt(tree.keyOf(id) ?? '')?.id === id;
}

function countWords(all: number, active: number): string {
  const figure = all.toLocaleString('en');
  return all === active ? figure : `${active.toLocaleString('en')} of ${figure} active`;
}
