import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { ActCard } from '../act/act-card.tsx';
import { observedAt, useInstance } from '../store/desk.ts';
import { type InspectorTab, show, useInterface, usePlace } from '../store/interface.ts';
import { isAlive } from '../store/row-keys.ts';
import { useNode } from '../store/use-tree.ts';
import { LiveStatus } from '../tree/live-status.tsx';
import { NodeIcon } from '../tree/node-icon.tsx';
import { dotOf, severityOf, titleOf } from '../tree/words.ts';
import { HistoryTab } from './history/history.tsx';
import { InstanceFacts } from './instance-facts.tsx';
import { Lives } from './lives.tsx';
import { Overview } from './overview.tsx';
import { StackTab } from './stack.tsx';
import { StateTab } from './state.tsx';

/** What is known of the selected node; of the instance while none is selected. */
export function Inspector({ instance }: { instance: string | null }) {
  return (
    <section className="inspector" aria-label="Inspector">
      <div className="inspector-main">{instance === null ? null : <OfInstance instance={instance} />}</div>
      <ActCard />
    </section>
  );
}

const TABS: readonly { id: InspectorTab; title: string }[] = [
  { id: 'overview', title: 'Overview' },
  { id: 'state', title: 'State' },
  { id: 'stack', title: 'Stack' },
  { id: 'history', title: 'History' },
];

function OfInstance({ instance }: { instance: string }) {
  const { tree } = observedAt(instance);
  const { selected } = usePlace(instance);
  const node = useNode(tree, selected?.id ?? null);
  const tab = useInterface((state) => state.tab);
  const known = useInstance(instance);
  if (!node || !selected) return <InstanceFacts instance={instance} />;
  // Of an instance that is not heard it is only known how it was.
  const isHeard = known?.state === 'live';
  const severity = isHeard ? severityOf(node) : 'ended';
  return (
    <>
      <header className="inspector-head">
        <NodeIcon node={node} />
        <h2 className="cut" title={titleOf(node)}>
          {titleOf(node)}
        </h2>
        <Lives instance={instance} tree={tree} node={node} />
        <span className="spread" />
        <span className={isHeard ? dotOf(node) : 'dot is-ended'} />
        <span className={severity === 'bad' || severity === 'warn' ? severity : 'soft'}>
          {!isHeard && 'was '}
          {isAlive(node) || node.status === 'restarting' ? (
            <LiveStatus instance={instance} node={node} />
          ) : (
            'ended'
          )}
        </span>
      </header>
      <Tabs
        className="tabs"
        selectedKey={tab}
        onSelectionChange={(key) => show({ tab: key as InspectorTab })}
        keyboardActivation="automatic"
      >
        <TabList className="tab-list inspector-tabs" aria-label="Inspector">
          {TABS.map(({ id, title }) => (
            <Tab key={id} id={id} className="tab">
              {title}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="overview" className="tab-panel">
          <Overview instance={instance} tree={tree} node={node} />
        </TabPanel>
        <TabPanel id="state" className="tab-panel">
          <StateTab instance={instance} node={node} placeKey={selected.key} />
        </TabPanel>
        <TabPanel id="stack" className="tab-panel">
          <StackTab instance={instance} tree={tree} node={node} />
        </TabPanel>
        <TabPanel id="history" className="tab-panel">
          <HistoryTab instance={instance} node={node} />
        </TabPanel>
      </Tabs>
    </>
  );
}
