import type { TreeNode } from '../../protocol/tree.ts';

/** What a node is before anything more is known of it. */
export function blankNode(pid: number): TreeNode {
  return {
    id: '',
    parent: null,
    links: [],
    kind: 'process',
    host: null,
    name: '',
    lineage: '',
    incarnation: 1,
    status: 'running',
    pid,
    threadId: null,
    startedAt: Date.now(),
    endedAt: null,
    restarts: 0,
    exitReason: null,
    blockedMs: null,
    hasState: false,
    backlogWord: null,
    observed: true,
    command: null,
    supervisor: null,
    child: null,
    component: null,
    adapters: null,
    metrics: {},
  };
}
