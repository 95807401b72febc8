import type { Act } from '../../protocol/act.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { observedAt, useInstance } from '../store/desk.ts';
import { usePlace } from '../store/interface.ts';
import { useNode, useOfTree } from '../store/use-tree.ts';
import { actsOn, whyNot } from './rules.ts';

/**
 * What is selected in an instance, which acts mean something for it, and why none of them can be asked for; null: they can.
 * While it is not wanted nothing is.
 */
export function useActs(
  instance: string,
  isWanted = true,
): { node: TreeNode | null; acts: Act[]; reason: string | null } {
  const known = useInstance(instance);
  const { tree } = observedAt(instance);
  const { selected } = usePlace(instance);
  const node = useNode(tree, isWanted ? (selected?.id ?? null) : null);
  const supervisor = useNode(tree, node?.parent ?? null);
  const id = node?.id ?? null;
  const isLast = useOfTree(tree, () => id !== null && tree.newestAt(tree.keyOf(id) ?? '')?.id === id, [id]);
  return { node, acts: node ? actsOn(node, supervisor, isLast) : [], reason: whyNot(node, known) };
}
