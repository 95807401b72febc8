import type { TreeNode } from '../../protocol/tree.ts';
import type { TreeStore } from './tree-store.ts';
import { useOfTree } from './use-tree.ts';

const NONE: readonly TreeNode[] = [];

/** The incarnations at one place that the tree still tells of, oldest first. */
export function useLives(tree: TreeStore, key: string | null): readonly TreeNode[] {
  return useOfTree(tree, () => (key === null ? NONE : tree.livesAt(key)), [key], isSameLives);
}

function isSameLives(one: readonly TreeNode[], two: readonly TreeNode[]): boolean {
  return one.length === two.length && one.every((node, at) => node === two[at]);
}
