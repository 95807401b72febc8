import { type Act, isEnding } from '../../../protocol/act.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import type { Preview } from '../../../protocol/preview.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { WirePreview, WirePreviewedLife } from '../../probe/messages.ts';
import { hasPlace } from '../acts/acts.ts';
import { notToBeActedOn } from '../acts/thread-meant.ts';
import type { Hub } from '../hub.ts';
import type { Suspensions } from '../suspensions.ts';
import { impossible } from './blank.ts';
import { offTheTree, withWhatRunsInside } from './off-the-tree.ts';
import { withoutEnd } from './without-end.ts';
import { previewWords } from './words.ts';

export interface PreviewRequest {
  act: Act;
  node: string;
  epoch: string;
  timeoutMs?: number;
}

/** How long the thread that supervises is waited for; one that takes longer is blocked as far as an act goes. */
const ASK_MS = 500;

/**
 * What an act would do. The thread where the supervisor decides rehearses it (agent/supervisor/preview); what no
 * supervisor decides, or none can while its loop stands still, is read off the tree.
 */
export async function previewOf(
  hub: Hub,
  suspensions: Suspensions,
  request: PreviewRequest,
): Promise<Preview> {
  const release = hub.watched();
  try {
    await hub.gather();
    const asked = hub.tree.nodes.get(request.node);
    if (request.epoch !== hub.tree.epoch) {
      throw new PerchError('GONE', 'The instance has started anew since; that incarnation is gone', {
        node: request.node,
      });
    }
    if (!asked) {
      throw new PerchError('NO_SUCH_NODE', `There is no node ${request.node} any more`, {
        node: request.node,
      });
    }
    return await previewNode({ hub, suspensions }, hub.workerHostedBy(asked) ?? asked, request);
  } finally {
    release();
  }
}

async function previewNode(
  { hub, suspensions }: { hub: Hub; suspensions: Suspensions },
  node: TreeNode,
  request: PreviewRequest,
): Promise<Preview> {
  const { act } = request;
  if (node.endedAt !== null && !hasPlace(hub, node, act)) {
    return impossible(node, act, `#${node.incarnation} of ${node.lineage} has already ended.`);
  }
  if (!isEnding(act)) return withoutEnd({ hub, suspensions }, node, request);
  const joined = node.kind === 'process' ? null : hub.joinedByProcess(node);
  if (joined) return withWhatRunsInside(hub, await joined.preview({ ...request, node: node.id }));
  if (node.kind === 'process' || node.kind === 'thread') return offTheTree(hub, node, act);
  if (node.kind === 'component') return impossible(node, act, notToBeActedOn(node).message);
  const rehearsed = await rehearse(hub, node, act);
  if (!rehearsed) return offTheTree(hub, node, act);
  const preview = fromWire(node, act, rehearsed);
  return preview.possible ? withWhatRunsInside(hub, preview) : preview;
}

/** Null where the loop that would decide stands still, or its supervisors are of an older package. */
async function rehearse(hub: Hub, node: TreeNode, act: Act): Promise<WirePreview | null> {
  const link = hub.own.threads.get(node.threadId ?? -1);
  if (!link) return null;
  try {
    return await link.ask('preview', { serial: Number(node.id.split('.')[2]), act }, ASK_MS);
  } catch (thrown) {
    if (asPerchError(thrown).code === 'LOOP_BLOCKED') return null;
    throw thrown;
  }
}

function fromWire(node: TreeNode, act: Act, rehearsed: WirePreview): Preview {
  const { refused, stops, restarts, stopsMore, restartsMore, budget, givesUp, isExact } = rehearsed;
  const thread = node.id.split('.').slice(0, 2).join('.');
  const shown = ({ serial, lineage, incarnation, restart }: WirePreviewedLife) => ({
    id: serial === null ? null : `${thread}.${serial}`,
    lineage,
    incarnation,
    restart,
  });
  const preview: Preview = {
    ...impossible(node, act, refused?.words ?? ''),
    possible: refused === null,
    stops: stops.map(shown),
    stopsMore,
    restarts: restarts.map(shown),
    restartsMore,
    budget,
    givesUp,
    protected: refused?.code === 'PROTECTED' ? [refused.lineage ?? node.lineage] : [],
    backlog: stops.flatMap(({ lineage, backlog }) => (backlog ? { lineage, ...backlog } : [])),
    isExact,
  };
  return { ...preview, words: previewWords(preview) };
}
