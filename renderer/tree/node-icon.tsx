import { Box, Cpu, type LucideIcon, Network, Plug, Spline } from 'lucide-react';
import type { NodeKind, TreeNode } from '../../protocol/tree.ts';

const ICONS: Record<NodeKind, LucideIcon> = {
  process: Cpu,
  thread: Spline,
  supervisor: Network,
  worker: Box,
  component: Plug,
};

/** The kind of a node, drawn; its words are its title. */
export function NodeIcon({ node }: { node: Pick<TreeNode, 'kind'> }) {
  const Icon = ICONS[node.kind];
  return (
    <span className="node-icon" role="img" aria-label={node.kind} title={node.kind}>
      <Icon size={14} strokeWidth={1.6} aria-hidden />
    </span>
  );
}
