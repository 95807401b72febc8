import { Pin } from 'lucide-react';
import { useMemo } from 'react';
import { ActCard } from '../act/act-card.tsx';
import { commandOf } from '../command/commands.ts';
import { observedAt } from '../store/desk.ts';
import { type InspectorTab, show, useInterface, usePlace } from '../store/interface.ts';
import { useNode } from '../store/use-tree.ts';
import { hasLives } from '../tree/words.ts';
import { IconButton } from '../ui/button.tsx';
import { InstanceFacts } from './instance-facts.tsx';
import { Lives } from './lives.tsx';
import { NodeInspector } from './node-inspector.tsx';
import { PinnedInspector } from './pinned.tsx';
import { WatchButton } from './watch-button.tsx';

/** What is known of the selected node, of the instance while none is selected; beside it what was pinned. */
export function Inspector({ instance }: { instance: string | null }) {
  const pins = useInterface((state) => state.pins);
  return (
    <div className="inspectors">
      <section className="inspector" data-pane="inspector" aria-label="Inspector">
        <div className="inspector-main">{instance === null ? null : <OfInstance instance={instance} />}</div>
        <ActCard />
      </section>
      {pins.map((pin, at) => (
        <PinnedInspector key={pin.id} pin={pin} at={at} open={instance} />
      ))}
    </div>
  );
}

function OfInstance({ instance }: { instance: string }) {
  const { tree } = observedAt(instance);
  const { selected } = usePlace(instance);
  const node = useNode(tree, selected?.id ?? null);
  const tab = useInterface((state) => state.tab);
  const isPinned = useInterface(({ pins }) =>
    pins.some((pin) => pin.instance === instance && pin.selected.key === selected?.key),
  );
  const pin = commandOf('pin');
  const offer = pin?.isOffered();
  const lineage = node?.lineage ?? '';
  const tools = useMemo(
    () => (
      <>
        <WatchButton instance={instance} lineage={lineage} />
        {!isPinned && (
          <IconButton
            label={typeof offer === 'string' ? offer : 'Pin beside'}
            icon={Pin}
            onPress={() => pin?.run()}
            isDisabled={offer !== true}
            keys="Shift P"
          />
        )}
      </>
    ),
    [instance, lineage, isPinned, offer, pin],
  );
  if (!node || !selected) return <InstanceFacts instance={instance} />;
  const { id, incarnation } = node;
  return (
    <NodeInspector
      instance={instance}
      tree={tree}
      node={node}
      placeKey={selected.key}
      tab={tab}
      onTab={showTab}
      life={
        <Lives
          instance={instance}
          tree={tree}
          id={id}
          incarnation={incarnation}
          isNumbered={hasLives(node)}
        />
      }
      tools={tools}
    />
  );
}

const showTab = (tab: InspectorTab): void => show({ tab });
