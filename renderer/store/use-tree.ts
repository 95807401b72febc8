import { useCallback, useRef, useSyncExternalStore } from 'react';
import type { TreeNode } from '../../protocol/tree.ts';
import type { TreeStore } from './tree-store.ts';

/** One node; the component draws again when that node changes, and for no other. */
export function useNode(tree: TreeStore, id: string | null): TreeNode | null {
  const subscribe = useCallback(
    (listener: () => void) => (id === null ? () => {} : tree.onNode(id, listener)),
    [tree, id],
  );
  return useSyncExternalStore(subscribe, () => tree.node(id));
}

/** One thing that is said of a node, a plain value; the component draws again only when that changes. */
export function useOfNode<T extends string | number | boolean | null>(
  tree: TreeStore,
  id: string | null,
  say: (node: TreeNode | null) => T,
): T {
  const subscribe = useCallback(
    (listener: () => void) => (id === null ? () => {} : tree.onNode(id, listener)),
    [tree, id],
  );
  return useSyncExternalStore(subscribe, () => say(tree.node(id)));
}

/**
 * What follows from the tree's form and from `deps`, worked out once for each. The component draws again only when it is
 * another; `isSame` is the same function each time.
 */
export function useOfTree<T>(
  tree: TreeStore,
  derive: () => T,
  deps: readonly unknown[],
  isSame: (one: T, two: T) => boolean = Object.is,
): T {
  const known = useRef<{ from: readonly unknown[]; value: T } | null>(null);
  const subscribe = useCallback((listener: () => void) => tree.onShape(listener), [tree]);
  return useSyncExternalStore(subscribe, () => {
    const before = known.current;
    const from = [tree, tree.shapeTold(), ...deps];
    if (before && from.every((each, at) => Object.is(each, before.from[at]))) return before.value;
    const value = derive();
    known.current = { from, value: before && isSame(before.value, value) ? before.value : value };
    return known.current.value;
  });
}
