import { Lock } from 'lucide-react';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import type { TreeNode } from '../../../protocol/tree.ts';
import { isAlive } from '../../store/row-keys.ts';
import type { TreeStore } from '../../store/tree-store.ts';
import { useNode, useShape } from '../../store/use-tree.ts';
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
  node: TreeNode;
}

/** A supervisor's children in start order, stopped ones too. A click or Enter goes to one. */
export function Children({ instance, tree, node }: ChildrenProps) {
  const { ids, active } = useChildren(tree, node.id);
  const [limit, setLimit] = useState(FIRST);
  const [chosen, setActive] = useState<string | null>(null);
  const base = useId();
  const shown = ids.slice(0, limit);
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
    <section className="inspect-section" aria-label="Children">
      <h3 className="section-head">
        <span>Children, in start order</span>
        <span className="section-figure soft">{countWords(ids.length, active)}</span>
      </h3>
      {ids.length === 0 ? (
        <p className="soft">
          {node.supervisor?.strategy === 'dynamic' ? 'None was started yet.' : 'It has none.'}
        </p>
      ) : (
        <div
          className="children"
          role="grid"
          aria-label={`Children of ${node.name}`}
          aria-rowcount={ids.length + 1}
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
      {ids.length > limit && (
        <div className="children-more">
          <Button look="bare" onPress={() => setLimit(limit + MORE)}>
            +{(ids.length - limit).toLocaleString('en')} more
          </Button>
        </div>
      )}
    </section>
  );
}

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

/** Of each place the one that lives, else the last that did, in the order they were first started. */
function useChildren(tree: TreeStore, parent: string): { ids: string[]; active: number } {
  const shape = useShape(tree);
  return useMemo(() => {
    let active = 0;
    const ids = (shape.children.get(parent) ?? []).filter((id) => {
      const node = tree.node(id);
      if (!node || (node.kind !== 'worker' && node.kind !== 'supervisor')) return false;
      if (!isAlive(node)) return tree.newestAt(tree.keyOf(id) ?? '')?.id === id;
      active += 1;
      return true;
    });
    // Static children carry their place; those of a dynamic supervisor, who may be many, stand as they were first seen.
    const order = (id: string | undefined) => tree.node(id ?? null)?.child?.order;
    if (order(ids[0]) !== undefined) ids.sort((a, b) => (order(a) ?? 0) - (order(b) ?? 0));
    return { ids, active };
  }, [shape, tree, parent]);
}

function countWords(all: number, active: number): string {
  const figure = all.toLocaleString('en');
  return all === active ? figure : `${active.toLocaleString('en')} of ${figure} active`;
}
