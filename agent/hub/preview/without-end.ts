import type { Act } from '../../../protocol/act.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import type { Preview } from '../../../protocol/preview.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { threadMeant } from '../acts/thread-meant.ts';
import type { Hub } from '../hub.ts';
import { impossible } from './blank.ts';

/** Of an act that ends nothing it is told whether it is possible, as far as the tree knows. */
export function withoutEnd(hub: Hub, node: TreeNode, act: Act): Preview {
  try {
    const words = whatItDoes(hub, node, act);
    return { ...impossible(node, act, ''), possible: true, words, isExact: false };
  } catch (thrown) {
    const { code, message } = asPerchError(thrown);
    const isProtected = code === 'PROTECTED' ? { protected: [node.lineage] } : {};
    return { ...impossible(node, act, message), ...isProtected, isExact: false };
  }
}

/** Throws why it is not possible, by the rules of the act itself (agent/hub/acts). */
function whatItDoes(hub: Hub, node: TreeNode, act: Act): string {
  const name = `${node.lineage} #${node.incarnation}`;
  switch (act) {
    case 'suspend':
      return `${threadMeant(hub, node).lineage} stands still until it is resumed or the lease is over`;
    case 'resume':
      return `${threadMeant(hub, node).lineage} goes on where it is suspended`;
    case 'break':
      return `What ${threadMeant(hub, node).lineage} is doing just now is broken off with an error`;
    case 'signal':
      if (node.child?.protected)
        throw new PerchError('PROTECTED', `${node.lineage} is declared protected by the service.`);
      if (node.kind !== 'process' && node.host !== 'process') {
        throw new PerchError('NOT_POSSIBLE', `A signal goes to a process; ${node.lineage} is none.`);
      }
      return `Process ${node.pid} gets the signal; what it does then is its own choice`;
    case 'start-child':
      if (node.kind !== 'supervisor')
        throw new PerchError(
          'NOT_POSSIBLE',
          `${node.lineage} is no supervisor; it has no children to start.`,
        );
      return `${name} starts a child`;
    case 'delete':
      if (!hub.isStoppedChild(node))
        throw new PerchError('NOT_POSSIBLE', `${name} runs. Stop it first; then its place can be given up.`);
      return `${node.lineage} gives up its place under its supervisor`;
    default:
      return `${name} is not ended by it`;
  }
}
