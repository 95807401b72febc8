import { NodesPage } from './nodes/nodes-page.tsx';
import { useInterface } from './store/interface.ts';
import { TreePane } from './tree/tree-pane.tsx';
import { WrongPage } from './wrong/wrong-page.tsx';

/** The middle of the window: a page over the whole fleet, or the tree of the open instance. */
export function Middle({ instance }: { instance: string | null }) {
  const page = useInterface((state) => state.page);
  switch (page) {
    case 'wrong':
      return <WrongPage />;
    case 'nodes':
      return <NodesPage instance={instance} />;
    case 'tree':
      return <TreePane instance={instance} />;
    default:
      return page satisfies never;
  }
}
