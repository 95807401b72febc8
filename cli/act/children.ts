import type { TreeNode } from '../../protocol/tree.ts';

/** One child as its supervisor has it. */
export interface ChildRow {
  id: string;
  name: string;
  lineage: string;
  kind: 'supervisor' | 'worker';
  host: TreeNode['host'];
  restart: NonNullable<TreeNode['child']>['restart'];
  significant: boolean;
  protected: boolean;
  /** `stopped`: it keeps its place and can be restarted. */
  status: TreeNode['status'] | 'stopped';
  incarnation: number;
  restarts: number;
}

/** OTP's count_children: `specs` is 1 for a dynamic supervisor, `active` counts those that run. */
export interface ChildCounts {
  specs: number;
  active: number;
  supervisors: number;
  workers: number;
}

/** The children that have a place below the supervisor, in start order. Those that lost it are gone, not stopped. */
export function childrenOf(
  supervisor: TreeNode,
  nodes: Iterable<TreeNode>,
): { children: ChildRow[]; counts: ChildCounts } {
  const isDynamic = supervisor.supervisor?.strategy === 'dynamic';
  const inOrder = [...nodes]
    .filter(({ parent, child }) => parent === supervisor.id && child && !child.hasLostPlace)
    .sort((a, b) => (a.child?.order ?? 0) - (b.child?.order ?? 0));
  const children = inOrder.map(rowOf);
  const supervisors = children.filter(({ kind }) => kind === 'supervisor').length;
  return {
    children,
    counts: {
      specs: isDynamic ? 1 : children.length,
      active: inOrder.filter(({ endedAt }) => endedAt === null).length,
      supervisors,
      workers: children.length - supervisors,
    },
  };
}

function rowOf(node: TreeNode): ChildRow {
  const { id, name, lineage, kind, host, child, status, incarnation, restarts } = node;
  return {
    id,
    name,
    lineage,
    kind: kind === 'supervisor' ? kind : 'worker',
    host,
    restart: child!.restart,
    significant: child!.significant,
    protected: child!.protected,
    status: status === 'exited' ? 'stopped' : status,
    incarnation,
    restarts,
  };
}
