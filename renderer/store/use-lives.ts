import { useEffect, useState } from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import { inSlices } from './slices.ts';
import type { TreeStore } from './tree-store.ts';
import { useShape } from './use-tree.ts';

/** The incarnations at one place that the tree still tells of, oldest first; looked for off the critical path. */
export function useLives(tree: TreeStore, key: string | null): readonly TreeNode[] {
  const shape = useShape(tree);
  const [lives, setLives] = useState<{ key: string | null; nodes: readonly TreeNode[] }>({ key, nodes: [] });
  useEffect(() => {
    if (key === null) return;
    const nodes: TreeNode[] = [];
    return inSlices(
      tree.nodes(),
      (node) => {
        if (tree.keyOf(node.id) === key) nodes.push(node);
      },
      () => setLives({ key, nodes: nodes.sort((a, b) => a.incarnation - b.incarnation) }),
    );
  }, [tree, key, shape]);
  // Those of the place before say nothing of this one.
  return lives.key === key ? lives.nodes : [];
}
