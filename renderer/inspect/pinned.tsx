import { X } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { observedAt, useInstance } from '../store/desk.ts';
import type { InspectorTab } from '../store/interface.ts';
import { type Pin, showPinnedTab, unpin } from '../store/pins.ts';
import { useNode } from '../store/use-tree.ts';
import { hasLives } from '../tree/words.ts';
import { IconButton } from '../ui/button.tsx';
import { NodeInspector } from './node-inspector.tsx';

interface PinnedInspectorProps {
  pin: Pin;
  /** 0-based place among the pinned. */
  at: number;
  /** The instance that is open: another one is named. */
  open: string | null;
}

/** An inspector that stays at its place, live, through every restart of what is there. */
export function PinnedInspector({ pin, at, open }: PinnedInspectorProps) {
  const { id, instance, selected, title, tab } = pin;
  const { tree } = observedAt(instance);
  const node = useNode(tree, selected.id);
  const name = useInstance(instance)?.name;
  const close = useMemo(
    () => <IconButton label="Close" icon={X} onPress={() => unpin(id)} keys="Shift P" />,
    [id],
  );
  const onTab = useCallback((next: InspectorTab) => showPinnedTab(id, next), [id]);
  return (
    <section
      className="inspector is-pinned"
      data-pane={`pinned-${at + 1}`}
      data-pin={id}
      aria-label={`Pinned ${at + 1}: ${title}`}
    >
      {instance !== open && (
        <p className="pinned-where cut" title={name}>
          {name ?? 'An instance that is no longer listed'}
        </p>
      )}
      <div className="inspector-main">
        {node ? (
          <NodeInspector
            instance={instance}
            tree={tree}
            node={node}
            placeKey={selected.key}
            tab={tab}
            onTab={onTab}
            life={hasLives(node) && <span className="code soft">#{node.incarnation}</span>}
            tools={close}
          />
        ) : (
          <>
            <header className="inspector-head">
              <h2 className="cut soft" title={title}>
                {title}
              </h2>
              <span className="spread" />
              {close}
            </header>
            <p className="inspect-note">
              It is no longer in the tree. It comes back here if it is started again.
            </p>
          </>
        )}
      </div>
    </section>
  );
}
