import type { Act } from '../../../protocol/act.ts';
import type { Preview } from '../../../protocol/preview.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Hub } from '../hub.ts';
import { addStop, impossible } from './blank.ts';
import { previewWords } from './words.ts';

/** What the tree alone tells: processes and threads, and what is supervised by a loop that stands still. */
export function offTheTree(hub: Hub, node: TreeNode, act: Act): Preview {
  const why = whyNot(hub, node, act);
  const preview: Preview = { ...impossible(node, act, why ?? ''), possible: why === null, isExact: false };
  if (why !== null) {
    const isProtected = node.child?.protected === true;
    return { ...preview, protected: isProtected ? [node.lineage] : [] };
  }
  for (const below of withAllBelow(hub, [node.id])) addStop(preview, below);
  const { backlog } = withBacklog(hub, preview);
  const words =
    node.kind === 'worker' ? `; nothing restarts it while the loop of its supervisor stands still` : '';
  return {
    ...preview,
    backlog,
    words: `${previewWords(preview).replace(/; nothing is started again$/, '')}${words || '; no supervisor starts it again'}`,
  };
}

/** The same rules as the act itself has (agent/hub/acts). */
function whyNot(hub: Hub, node: TreeNode, act: Act): string | null {
  const isSupervised = node.kind === 'worker' || node.kind === 'supervisor';
  if (!isSupervised) {
    if (node.kind === 'thread' && node.threadId === 0)
      return 'The main thread ends with its process only. Act on the process.';
    return act === 'restart'
      ? `No supervisor started ${node.lineage}, so nothing would start it again. Kill or stop it instead.`
      : null;
  }
  if (node.child?.protected) return `${node.lineage} is declared protected by the service.`;
  if (act === 'kill' && hub.whereItRuns(node) !== null) return null;
  return `The loop that runs ${node.lineage} stands still. See its stack, then kill its thread or process.`;
}

/**
 * Adds what runs in the threads and processes of those that end: a supervisor knows of its workers, the tree of what
 * these are made of.
 */
export function withWhatRunsInside(hub: Hub, preview: Preview): Preview {
  const known = new Set(preview.stops.flatMap(({ id }) => id ?? []));
  const more: Preview = { ...preview, stops: [...preview.stops] };
  // Those of which only the number is known have theirs inside it, too: more than is listed is not looked for.
  if (preview.stopsMore === 0) {
    for (const below of withAllBelow(hub, known)) if (!known.has(below.id)) addStop(more, below);
  }
  const whole = withBacklog(hub, more);
  return { ...whole, words: previewWords(whole) };
}

/** Of what runs on a thread or process of its own, the tree knows the backlog. */
function withBacklog(hub: Hub, preview: Preview): Preview {
  const told = new Set(preview.backlog.map(({ lineage }) => lineage));
  const backlog = preview.stops.flatMap(({ id, lineage }) => {
    const node = id === null ? undefined : hub.tree.nodes.get(id);
    const count = node?.metrics.backlog;
    if (node?.kind !== 'worker' || count === undefined || told.has(lineage)) return [];
    return { lineage, word: node.backlogWord ?? 'backlog', count };
  });
  return { ...preview, backlog: [...preview.backlog, ...backlog].filter(({ count }) => count > 0) };
}

/** These and all that lives below them, parents first. */
function withAllBelow(hub: Hub, ids: Iterable<string>): TreeNode[] {
  const found = new Set(ids);
  const below: TreeNode[] = [];
  const waiting = new Map<string, TreeNode[]>();
  const take = (node: TreeNode): void => {
    found.add(node.id);
    below.push(node);
    for (const child of waiting.get(node.id) ?? []) take(child);
  };
  for (const node of hub.tree.nodes.values()) {
    if (node.endedAt !== null) continue;
    if (found.has(node.id) || (node.parent !== null && found.has(node.parent))) take(node);
    else if (node.parent !== null) {
      const siblings = waiting.get(node.parent);
      if (siblings) siblings.push(node);
      else waiting.set(node.parent, [node]);
    }
  }
  return below;
}
