import { resolveNode } from '../../client/node.ts';
import type { InstanceInfo, TreeNode } from '../../protocol/tree.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';
import { CONNECTION, command, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { instanceLine } from '../text/instance-line.ts';
import { oneLine } from '../text/plain.ts';
import { type ShownNode, shownNodes, treeLines } from '../text/tree-lines.ts';

export const tree = command({
  args: [TARGET],
  options: {
    depth: { kind: 'integer', value: 'N', min: 1, max: 1000, does: 'Show so many levels only.' },
    watch: { kind: 'flag', does: 'Go on showing it as it changes, until Ctrl-C.' },
    ...CONNECTION,
  },
  about:
    'Prints the tree of an instance: its process, threads, supervisors and workers, and what died a moment ' +
    'ago. With --watch it is drawn again in place; where stdout is no terminal, or under --json, a new tree ' +
    'follows the one before.',
  json: '{instance:{service,region,instance,pid,node,epoch,limits}, revision, nodes:[{id, parent, links, kind, host, name, lineage, incarnation, status, pid, startedAt, restarts, metrics}]}; with --watch one a line.',
  examples: ['tree fra-1', 'tree 127.0.0.1:7400 --depth 3', 'tree fra-1 --watch --json'],
  async run({ args, options, out, signal }) {
    const reached = await reachTarget(args.TARGET, options, out, signal);
    if (options.watch) {
      const { watchTree } = await import('../watch-tree.ts');
      return watchTree(reached, { depth: options.depth, out, signal });
    }
    const { session } = reached;
    try {
      const mirror = new TreeMirror();
      mirror.reset(await session.call('tree', {}, { signal, timeoutMs: options.timeout }));
      printTree(mirror, session.hello.instance, options.depth, out);
      return 0;
    } finally {
      session.close();
    }
  },
});

export function printTree(
  mirror: TreeMirror,
  info: InstanceInfo,
  depth: number | undefined,
  out: Output,
): void {
  const shown = shownNodes(mirror.childrenByParent(), depth);
  out.document(treeDocument(mirror, info, shown));
  out.text(treeText(mirror, info, shown, out).join('\n'));
}

function treeDocument(mirror: TreeMirror, info: InstanceInfo, shown: readonly ShownNode[]) {
  const { service, region, instance, pid, node, epoch, limits = [] } = info;
  return {
    instance: { service, region, instance, pid, node, epoch, limits },
    revision: mirror.revision,
    nodes: shown.map((entry) => nodeDocument(entry.node)),
  };
}

function nodeDocument(node: TreeNode) {
  const { id, parent, links, kind, host, name, lineage, incarnation, status } = node;
  const { pid, startedAt, restarts, metrics } = node;
  return {
    id,
    parent,
    links,
    kind,
    host,
    name,
    lineage,
    incarnation,
    status,
    pid,
    startedAt,
    restarts,
    metrics,
  };
}

export function treeText(
  mirror: TreeMirror,
  info: InstanceInfo,
  shown: readonly ShownNode[],
  out: Output,
): string[] {
  const look = { paint: out.paint, columns: out.isTerminal ? out.columns : Infinity, now: mirror.at };
  const limits = (info.limits ?? []).map((limit) => out.paint.faint(`! ${oneLine(limit)}`));
  return [instanceLine(info, out.paint, mirror.at), ...limits, ...treeLines(shown, look)];
}

/** The node a person named, in the tree of this moment. */
export async function findNode(
  session: { call: import('../../client/session.ts').Session['call'] },
  text: string,
  options: { signal: AbortSignal; timeoutMs?: number },
): Promise<{ node: TreeNode; mirror: TreeMirror }> {
  const mirror = new TreeMirror();
  mirror.reset(await session.call('tree', {}, options));
  return { node: resolveNode(mirror.nodes.values(), text), mirror };
}
