import { ChevronLeft, ChevronRight } from 'lucide-react';
import { memo } from 'react';
import type { TreeStore } from '../store/tree-store.ts';
import { useLives } from '../store/use-lives.ts';
import { select } from '../tree/use-outline.ts';
import { IconButton } from '../ui/button.tsx';

interface LivesProps {
  instance: string;
  tree: TreeStore;
  id: string;
  incarnation: number;
  /** Its number is said although it is the first. */
  isNumbered: boolean;
}

/** Which incarnation of its lineage it is, with steps to the one before and after it while the tree has them. */
export const Lives = memo(function Lives({ instance, tree, id, incarnation, isNumbered }: LivesProps) {
  const lives = useLives(tree, tree.keyOf(id));
  const at = lives.findIndex((each) => each.id === id);
  const earlier = at > 0 ? lives[at - 1]! : null;
  const later = at === -1 ? null : (lives[at + 1] ?? null);
  const hasSteps = incarnation > 1 || later !== null;
  if (!isNumbered && !hasSteps) return null;
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
      <span className="code soft">#{incarnation}</span>
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
});
