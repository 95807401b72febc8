import type { SupervisorFacts, TreeNode } from '../../../protocol/tree.ts';
import { useInstance } from '../../store/desk.ts';
import { isAlive } from '../../store/row-keys.ts';
import type { TreeStore } from '../../store/tree-store.ts';
import { duration } from '../../ui/format.ts';
import { Fact } from '../fact.tsx';
import { RestartBudget } from './budget-bar.tsx';
import { Children } from './children.tsx';

interface SupervisionProps {
  instance: string;
  tree: TreeStore;
  node: TreeNode;
  facts: SupervisorFacts;
}

/** What a supervisor was told, what it has left to do it with, and whom it supervises. */
export function Supervision({ instance, tree, node, facts }: SupervisionProps) {
  const isHeard = useInstance(instance)?.state === 'live';
  const { strategy, intensity, periodMs, autoShutdown = 'never' } = facts;
  return (
    <>
      {isAlive(node) && <RestartBudget tree={tree} node={node} isHeard={isHeard} />}
      <dl className="facts">
        <Fact name="Strategy">
          {strategy} <span className="faint">{STRATEGIES[strategy]}</span>
        </Fact>
        <Fact name="Intensity">
          {intensity.toLocaleString('en')} in {duration(periodMs)}
        </Fact>
        <Fact name="Auto-shutdown">{AUTO_SHUTDOWN[autoShutdown]}</Fact>
      </dl>
      <Children
        instance={instance}
        tree={tree}
        id={node.id}
        name={node.name}
        isDynamic={strategy === 'dynamic'}
      />
    </>
  );
}

/** Who is restarted with a child that ended (OTP supervisor(3)). */
const STRATEGIES: Record<SupervisorFacts['strategy'], string> = {
  one_for_one: 'only what ended',
  one_for_all: 'all children with it',
  rest_for_one: 'with it, those after it',
  dynamic: 'children of one spec',
};

const AUTO_SHUTDOWN: Record<NonNullable<SupervisorFacts['autoShutdown']>, string> = {
  never: 'never',
  any_significant: 'with any significant child',
  all_significant: 'with the last significant child',
};
