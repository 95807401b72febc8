import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { TreeNode } from '../../protocol/tree.ts';
import type { TreeStore } from '../store/tree-store.ts';
import { useLives } from '../store/use-lives.ts';
import { select } from '../tree/use-outline.ts';
import { hasLives } from '../tree/words.ts';
import { IconButton } from '../ui/button.tsx';

interface LivesProps {
  instance: string;
  tree: TreeStore;
  node: TreeNode;
}

/** Which incarnation of its lineage it is, with steps to the one before and after it while the tree has them. */
export function Lives({ instance, tree, node }: LivesProps) {
  const lives = useLives(tree, tree.keyOf(node.id));
  const at = lives.findIndex(({ id }) => id === node.id);
  const earlier = at > 0 ? lives[at - 1]! : null;
  const later = at === -1 ? null : (lives[at + 1] ?? null);
  const hasSteps = node.incarnation > 1 || later !== null;
  if (!hasLives(node) && !hasSteps) return null;
  return (
    <span className="lives" role="group" aria-label="Incarnations">
      {hasSteps && (
        <IconButton
          label={
            earlier ? `To incarnation ${earlier.incarnation}` : 'The tree has no earlier one: see History'
          }
          icon={ChevronLeft}
          isDisabled={earlier === null}
          onPress={() => earlier && select(instance, tree, earlier.id)}
        />
      )}
      <span className="code soft">#{node.incarnation}</span>
      {hasSteps && (
        <IconButton
          label={later ? `To incarnation ${later.incarnation}` : 'There is no later one'}
          icon={ChevronRight}
          isDisabled={later === null}
          onPress={() => later && select(instance, tree, later.id)}
        />
      )}
    </span>
  );
}
