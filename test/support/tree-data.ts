import { type TreeNode, type TreeSnapshot, toColumns } from '../../protocol/tree.ts';

/** A node with everything that a test does not speak of. */
export function aNode(fields: Partial<TreeNode> & Pick<TreeNode, 'id'>): TreeNode {
  const name = fields.name ?? fields.id;
  return {
    parent: null,
    links: [],
    kind: 'worker',
    host: 'task',
    name,
    lineage: name,
    incarnation: 1,
    status: 'running',
    pid: 4121,
    threadId: 0,
    startedAt: 0,
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
    ...fields,
  };
}

export function snapshotOf(nodes: TreeNode[], epoch = 'e1', revision = 1): TreeSnapshot {
  return { epoch, revision, at: Date.now(), columns: toColumns(nodes) };
}

/** A process, its main thread, `app` over `games`, and so many games. */
export function gameTree(games: number): TreeNode[] {
  const at = (id: string, fields: Partial<TreeNode>) =>
    aNode({ id, startedAt: Date.now() - 3_600_000, ...fields });
  return [
    at('4121', {
      kind: 'process',
      host: null,
      name: 'tictactoe',
      threadId: null,
      metrics: { cpuPercent: 12, rssBytes: 9e7 },
    }),
    at('4121.0', {
      parent: '4121',
      kind: 'thread',
      host: null,
      name: 'main',
      metrics: { loopUtilization: 0.12 },
    }),
    at('4121.0.1', { parent: '4121.0', kind: 'supervisor', host: null, name: 'app' }),
    at('4121.0.2', {
      parent: '4121.0.1',
      kind: 'supervisor',
      host: null,
      name: 'games',
      lineage: 'app/games',
    }),
    ...Array.from({ length: games }, (_, index) => {
      const name = (0x7f30 + index * 7).toString(16);
      return at(`4121.0.${index + 3}`, {
        parent: '4121.0.2',
        name,
        lineage: `app/games/${name}`,
        hasState: true,
        backlogWord: 'mailbox',
        metrics: { backlog: index % 3 },
      });
    }),
  ];
}
