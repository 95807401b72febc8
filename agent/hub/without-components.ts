import {
  fromColumns,
  type TreeChange,
  type TreeDelta,
  type TreeNode,
  toColumns,
} from '../../protocol/tree.ts';
import type { PlainSnapshot } from './tree-store.ts';

type Nodes = ReadonlyMap<string, TreeNode>;

/** The tree for a client that does not say that it takes components: whatever is under one hangs above it. */
export function snapshotWithoutComponents(snapshot: PlainSnapshot, nodes: Nodes): PlainSnapshot {
  const shown = withoutComponents(fromColumns(snapshot.columns), nodes);
  return { ...snapshot, columns: toColumns(shown) };
}

export function withoutComponents(shown: readonly TreeNode[], nodes: Nodes): TreeNode[] {
  return shown.flatMap((node) =>
    node.kind === 'component' ? [] : [{ ...node, parent: lifted(node.parent, nodes) }],
  );
}

export function deltaWithoutComponents(delta: TreeDelta, nodes: Nodes): TreeDelta {
  const changes = delta.changes.flatMap((change): TreeChange[] => {
    switch (change[0]) {
      case '+':
        return withoutComponents([change[1]], nodes).map((node) => ['+', node]);
      case '~': {
        const [, id, fields] = change;
        if (nodes.get(id)?.kind === 'component') return [];
        if (fields.parent === undefined) return [change];
        return [['~', id, { ...fields, parent: lifted(fields.parent, nodes) }]];
      }
      default:
        // What it never heard of it does not miss.
        return [change];
    }
  });
  return { ...delta, changes };
}

function lifted(parent: string | null, nodes: Nodes): string | null {
  let above = parent === null ? undefined : nodes.get(parent);
  while (above?.kind === 'component') above = above.parent === null ? undefined : nodes.get(above.parent);
  return above ? above.id : parent;
}
