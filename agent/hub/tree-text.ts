import type { InstanceInfo, TreeNode, TreeSnapshot } from '../../protocol/tree.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';

/** The tree as plain text, for `ssh HOST tree`: no client needed. */
export function treeText(snapshot: TreeSnapshot, instance: InstanceInfo): string {
  const mirror = new TreeMirror();
  mirror.reset(snapshot);
  const children = mirror.childrenByParent();
  const where = instance.region ? ` in ${instance.region}` : '';
  const lines = [
    `${instance.service}${where}, pid ${instance.pid}, node ${instance.node}, epoch ${instance.epoch}`,
    ...(instance.limits ?? []).map((limit) => `! ${limit}`),
  ];
  const walk = (node: TreeNode, before: string, isLast: boolean): void => {
    lines.push(`${before}${isLast ? '└─ ' : '├─ '}${nodeText(node)}`);
    const below = children.get(node.id) ?? [];
    for (const [at, child] of below.entries()) {
      walk(child, before + (isLast ? '   ' : '│  '), at === below.length - 1);
    }
  };
  const roots = children.get(null) ?? [];
  for (const [at, root] of roots.entries()) walk(root, '', at === roots.length - 1);
  return `${lines.join('\n')}\n`;
}

function nodeText(node: TreeNode): string {
  const incarnation = node.incarnation > 1 ? ` #${node.incarnation}` : '';
  const blocked = node.blockedMs === null ? '' : ` for ${(node.blockedMs / 1000).toFixed(1)} s`;
  const { sampleEveryMs } = node.metrics;
  const sampled = sampleEveryMs === undefined ? '' : `  sampled every ${sampleEveryMs / 1000} s`;
  return `${node.component?.type ?? node.kind} ${node.name}${incarnation}  ${node.status}${blocked}  ${node.id}${sampled}`;
}
