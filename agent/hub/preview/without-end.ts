import type { Act } from '../../../protocol/act.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import type { Preview } from '../../../protocol/preview.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { stuckLoop } from '../acts/break.ts';
import type { ActUnderWay } from '../acts/request.ts';
import { signalled } from '../acts/signal.ts';
import { checkHeld } from '../acts/suspend.ts';
import { threadMeant } from '../acts/thread-meant.ts';
import type { Hub } from '../hub.ts';
import { refOf } from '../node-ref.ts';
import { impossible } from './blank.ts';

type Holding = Pick<ActUnderWay, 'hub' | 'suspensions'>;

/** Of an act that ends nothing it is told whether it is possible, as far as the hub that carries it out knows. */
export async function withoutEnd(
  { hub, suspensions }: Holding,
  node: TreeNode,
  request: { act: Act; epoch: string },
): Promise<Preview> {
  const { act } = request;
  try {
    const meant = whatIsMeant(hub, node, act);
    const joined = act === 'signal' ? null : hub.joinedByProcess(meant);
    if (joined) {
      const { act: _, ...there } = await joined.preview({ ...request, node: meant.id });
      return { ...there, act, node: refOf(node) };
    }
    return {
      ...impossible(node, act, ''),
      possible: true,
      words: whatItDoes({ hub, suspensions }, meant, act),
      isExact: false,
    };
  } catch (thrown) {
    const { code, message } = asPerchError(thrown);
    const isProtected = code === 'PROTECTED' ? { protected: [node.lineage] } : {};
    return { ...impossible(node, act, message), ...isProtected, isExact: false };
  }
}

/** Acts on a loop mean its thread. */
function whatIsMeant(hub: Hub, node: TreeNode, act: Act): TreeNode {
  return act === 'suspend' || act === 'resume' || act === 'break' ? threadMeant(hub, node) : node;
}

/** Throws why it is not possible, by the rules of the act itself (agent/hub/acts, agent/supervisor/child-acts.ts). */
function whatItDoes({ hub, suspensions }: Holding, node: TreeNode, act: Act): string {
  const name = `${node.lineage} #${node.incarnation}`;
  switch (act) {
    case 'suspend':
      suspensions.check(node);
      return `${node.lineage} stands still until it is resumed or the lease is over`;
    case 'resume':
      checkHeld({ hub, suspensions }, node);
      return `${node.lineage} goes on where it is suspended`;
    case 'break':
      stuckLoop(hub, node);
      return `What ${node.lineage} is doing just now is broken off with an error`;
    case 'signal':
      return `Process ${signalled(hub, node).target.pid} gets the signal; but for SIGKILL, which ends it, what it does then is its own choice`;
    case 'start-child':
      if (node.kind !== 'supervisor')
        throw notPossible(`${node.lineage} is no supervisor: it starts no children.`);
      notProtected(node);
      if (node.supervisor && node.supervisor.strategy !== 'dynamic') {
        throw notPossible(
          `${node.lineage} is static: what its children are is code. Restart starts a stopped one.`,
        );
      }
      turns(hub, node);
      return `${name} starts a child`;
    case 'delete':
      if (!node.child) throw notPossible(`No supervisor has ${node.lineage} as its child.`);
      notProtected(node);
      if (!hub.isStoppedChild(node)) {
        throw notPossible(`${name} runs. Stop it first; then its place can be given up.`);
      }
      turns(hub, node);
      return `${node.lineage} gives up its place under its supervisor`;
    default:
      return `${name} is not ended by it`;
  }
}

/** A supervisor decides on its loop. */
function turns(hub: Hub, { threadId, lineage }: TreeNode): void {
  const link = hub.own.threads.get(threadId ?? -1);
  if (!link) throw new PerchError('NOT_OBSERVED', `No agent runs in the thread of ${lineage}`);
  if (link.trouble) throw link.trouble;
}

function notProtected({ lineage, incarnation, child }: TreeNode): void {
  if (!child?.protected) return;
  throw new PerchError('PROTECTED', `${lineage} #${incarnation} is declared protected by the service.`);
}

function notPossible(words: string): PerchError {
  return new PerchError('NOT_POSSIBLE', words);
}
