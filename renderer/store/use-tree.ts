import { useCallback, useSyncExternalStore } from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Shape, TreeStore } from './tree-store.ts';

/** One node; the component draws again when that node changes, and for no other. */
export function useNode(tree: TreeStore, id: string | null): TreeNode | null {
  const subscribe = useCallback(
    (listener: () => void) => (id === null ? () => {} : tree.onNode(id, listener)),
    [tree, id],
  );
  return useSyncExternalStore(subscribe, () => tree.node(id));
}

export function useShape(tree: TreeStore): Shape {
  const subscribe = useCallback((listener: () => void) => tree.onShape(listener), [tree]);
  return useSyncExternalStore(subscribe, () => tree.shape());
}
