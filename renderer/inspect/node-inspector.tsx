import { type ReactNode, useMemo } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { TreeNode } from '../../protocol/tree.ts';
import { useInstance } from '../store/desk.ts';
import type { InspectorTab } from '../store/interface.ts';
import { isAlive } from '../store/row-keys.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useNode } from '../store/use-tree.ts';
import { LiveStatus } from '../tree/live-status.tsx';
import { NodeIcon } from '../tree/node-icon.tsx';
import { dotOf, severityOf, titleOf } from '../tree/words.ts';
import { HistoryTab } from './history/history.tsx';
import { Overview } from './overview.tsx';
import { StackTab } from './stack.tsx';
import { StateTab } from './state.tsx';

const TABS: readonly { id: InspectorTab; title: string }[] = [
  { id: 'overview', title: 'Overview' },
  { id: 'state', title: 'State' },
  { id: 'stack', title: 'Stack' },
  { id: 'history', title: 'History' },
];

interface NodeInspectorProps {
  instance: string;
  tree: TreeStore;
  node: TreeNode;
  placeKey: string;
  tab: InspectorTab;
  /** The same function each time, as are `life` and `tools` while they say the same: figures change many times a second. */
  onTab: (tab: InspectorTab) => void;
  /** Beside its name: which life it is. */
  life: ReactNode;
  /** At the end of its head. */
  tools: ReactNode;
}

/** All that is known of one node. */
export function NodeInspector(props: NodeInspectorProps) {
  const { instance, tree, node, placeKey, tab, onTab, life, tools } = props;
  const known = useInstance(instance);
  // Of an instance that is not heard it is only known how it was.
  const isHeard = known?.state === 'live';
  const severity = isHeard ? severityOf(node) : 'ended';
  const { id } = node;
  const tabs = useMemo(
    () => <NodeTabs instance={instance} tree={tree} id={id} placeKey={placeKey} tab={tab} onTab={onTab} />,
    [instance, tree, id, placeKey, tab, onTab],
  );
  return (
    <>
      <header className="inspector-head">
        <NodeIcon node={node} />
        <h2 className="cut" title={titleOf(node)}>
          {titleOf(node)}
        </h2>
        {life}
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
        {tools}
      </header>
      {tabs}
    </>
  );
}

type NodeTabsProps = Omit<NodeInspectorProps, 'node' | 'life' | 'tools'> & { id: string };

/** Only what is in the tab that is open is drawn again with its node. */
function NodeTabs({ instance, tree, id, placeKey, tab, onTab }: NodeTabsProps) {
  return (
    <Tabs
      className="tabs"
      selectedKey={tab}
      onSelectionChange={(key) => onTab(key as InspectorTab)}
      keyboardActivation="automatic"
    >
      <TabList className="tab-list inspector-tabs" aria-label="Inspector">
        {TABS.map(({ id: name, title }) => (
          <Tab key={name} id={name} className="tab">
            {title}
          </Tab>
        ))}
      </TabList>
      <TabPanel id="overview" className="tab-panel">
        <OfNode tree={tree} id={id}>
          {(node) => <Overview instance={instance} tree={tree} node={node} />}
        </OfNode>
      </TabPanel>
      <TabPanel id="state" className="tab-panel">
        <OfNode tree={tree} id={id}>
          {(node) => <StateTab instance={instance} node={node} placeKey={placeKey} />}
        </OfNode>
      </TabPanel>
      <TabPanel id="stack" className="tab-panel">
        <OfNode tree={tree} id={id}>
          {(node) => <StackTab instance={instance} tree={tree} node={node} />}
        </OfNode>
      </TabPanel>
      <TabPanel id="history" className="tab-panel">
        <OfNode tree={tree} id={id}>
          {(node) => <HistoryTab instance={instance} node={node} />}
        </OfNode>
      </TabPanel>
    </Tabs>
  );
}

interface OfNodeProps {
  tree: TreeStore;
  id: string;
  children: (node: TreeNode) => ReactNode;
}

function OfNode({ tree, id, children }: OfNodeProps) {
  const node = useNode(tree, id);
  return node && children(node);
}
