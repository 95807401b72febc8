import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TreeEvent } from '../../../protocol/calls.ts';
import { STATUS_RANKS, STATUSES, type TreeChange, type TreeNode, toColumns } from '../../../protocol/tree.ts';
import { Lines } from '../../../renderer/store/lines.ts';
import { isAlive } from '../../../renderer/store/row-keys.ts';
import { TOP } from '../../../renderer/store/tree-columns.ts';
import { TreeStore } from '../../../renderer/store/tree-store.ts';
import { matchingRows, openRows } from '../../support/plain-rows.ts';
import { PlainTree } from '../../support/plain-tree.ts';
import { aNode, snapshotOf } from '../../support/tree-data.ts';

/** What an agent may tell; numbers choose among what is there. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('bear' as const), under: fc.nat(), as: fc.nat(23) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('bear first' as const), as: fc.nat(23) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), whom: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('restart' as const), whom: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const), whom: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tell' as const), whom: fc.nat(), status: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), whom: fc.nat(), under: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('toggle' as const), whom: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('frame' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshot' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('epoch' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('what is kept up step by step is what would be made from nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }), (steps) => {
      const world = new World();
      for (const each of steps) world.take(each);
      world.take({ do: 'frame' });
    }),
    { numRuns: 120 },
  );
});

/** An agent's tree, what of it was told, and the two that were told of it. */
class World {
  readonly #nodes = new Map<string, TreeNode>();
  #changes: TreeChange[] = [];
  #epoch = 1;
  #revision = 1;
  #serial = 0;
  #isNewEpoch = true;
  readonly #lives = new Map<string, number>();
  readonly #awaited: string[] = [];
  /** What the tree was when it was told of last. */
  #told = new Map<string, TreeNode>();
  #frame = () => {};
  readonly #tree = new TreeStore(
    () => expect.unreachable('a revision was missed'),
    (commit) => {
      this.#frame = commit;
    },
  );
  readonly #plain = new PlainTree();

  /** By hand opened or closed, by key; what has more than two children is closed at first. */
  #open: ReadonlyMap<string, boolean> = new Map();
  readonly #isOpen = (id: string, children: number) => this.#open.get(this.#tree.keyOf(id)!) ?? children <= 2;
  readonly #outlines = [
    { hasGhosts: true, isMatch: null },
    { hasGhosts: false, isMatch: null },
    { hasGhosts: true, isMatch: isOdd },
    { hasGhosts: false, isMatch: isOdd },
  ].map((options) => ({
    ...options,
    lines: new Lines(this.#tree, { ...options, openUpTo: 2, order: null }),
  }));

  constructor() {
    for (const { lines } of this.#outlines) {
      for (const _ of lines.build());
      this.#tree.onCommit((commit) => lines.update(commit));
    }
    this.#snapshot();
  }

  take(one: Step): void {
    switch (one.do) {
      case 'bear': {
        const under = this.#pick(one.under)?.id ?? null;
        const awaited = this.#awaited[0];
        // What waits for it cannot be above it.
        const isAwaited = awaited !== undefined && !this.#isBelow(under, awaited);
        this.#bear(under, one.as, isAwaited ? this.#awaited.shift() : undefined);
        return;
      }
      case 'bear first': {
        // Its parent is told of later, or never.
        const parent = `later${this.#serial++}`;
        this.#awaited.push(parent);
        this.#bear(parent, one.as);
        return;
      }
      case 'end':
        this.#end(this.#pick(one.whom));
        return;
      case 'restart':
        this.#restart(this.#pick(one.whom));
        return;
      case 'forget': {
        const node = this.#pick(one.whom);
        if (!node) return;
        this.#nodes.delete(node.id);
        this.#changes.push(['-', node.id]);
        return;
      }
      case 'tell': {
        const node = this.#pick(one.whom);
        if (node?.endedAt !== null) return;
        const status = STATUSES[one.status % STATUSES.length]!;
        this.#change(node, status === 'exited' ? { metrics: { backlog: 1 } } : { status });
        return;
      }
      case 'move': {
        const node = this.#pick(one.whom);
        const under = this.#pick(one.under)?.id ?? null;
        if (node && !this.#isBelow(under, node.id)) this.#change(node, { parent: under });
        return;
      }
      case 'toggle':
        this.#toggle(this.#pick(one.whom));
        return;
      case 'send':
        this.#send();
        return;
      case 'snapshot':
        this.#snapshot();
        return;
      case 'epoch':
        this.#epoch++;
        this.#isNewEpoch = true;
        this.#lives.clear();
        this.#renumber();
        this.#snapshot();
        return;
      case 'frame':
        this.#send();
        this.#plain.set(this.#told, this.#isNewEpoch);
        this.#isNewEpoch = false;
        this.#frame();
        this.#frame = () => {};
        this.#compare();
        return;
      default:
        one satisfies never;
    }
  }

  #bear(parent: string | null, as: number, id = `n${this.#serial++}`): void {
    const kind = (['worker', 'supervisor', 'process', 'thread'] as const)[as % 4]!;
    const lineage = `${kind}${as % 3}`;
    const incarnation = this.#nextLife(lineage);
    const child = as % 5 === 0 ? { child: childOf(as % 7) } : {};
    this.#add(aNode({ id, parent, kind, lineage, incarnation, ...child }));
  }

  #end(node: TreeNode | null): void {
    if (node?.endedAt === null) this.#change(node, { status: 'exited', endedAt: 1 + (this.#serial++ % 9) });
  }

  #restart(node: TreeNode | null): void {
    if (!node) return;
    this.#end(node);
    const incarnation = this.#nextLife(node.lineage);
    this.#add({ ...node, id: `n${this.#serial++}`, status: 'running', endedAt: null, incarnation });
  }

  #toggle(node: TreeNode | null): void {
    const key = node && this.#tree.keyOf(node.id);
    if (key === null) return;
    this.#open = new Map(this.#open).set(key, !(this.#open.get(key) ?? true));
    for (const { lines } of this.#outlines) lines.open(this.#open);
  }

  #nextLife(lineage: string): number {
    const life = (this.#lives.get(lineage) ?? 0) + 1;
    this.#lives.set(lineage, life);
    return life;
  }

  #add(node: TreeNode): void {
    this.#nodes.set(node.id, node);
    this.#changes.push(['+', node]);
  }

  #change(node: TreeNode, fields: Partial<TreeNode>): void {
    this.#nodes.set(node.id, { ...node, ...fields });
    this.#changes.push(['~', node.id, fields]);
  }

  /** A new life of the service: the same places under other ids, or others under the same. */
  #renumber(): void {
    const kept = [...this.#nodes.values()].filter(({ endedAt }) => endedAt === null);
    const ids = new Map(kept.map(({ id }, index) => [id, `n${(index * 7) % 1000}`]));
    this.#nodes.clear();
    this.#awaited.length = 0;
    this.#serial = 1000 * this.#epoch;
    for (const node of kept) {
      const parent = node.parent === null ? null : (ids.get(node.parent) ?? null);
      const incarnation = this.#nextLife(node.lineage);
      this.#nodes.set(ids.get(node.id)!, { ...node, id: ids.get(node.id)!, parent, incarnation });
    }
  }

  #send(): void {
    if (this.#changes.length === 0) return;
    // Some of what is new comes as rows of a snapshot in parts.
    const last = this.#changes.at(-1)!;
    const isRow = last[0] === '+' && this.#serial % 3 === 0;
    const from = this.#revision++;
    const delta = { from, revision: this.#revision, at: 0, changes: this.#changes };
    const rows = isRow ? { changes: this.#changes.slice(0, -1), rows: toColumns([last[1]]) } : {};
    this.#tell({ delta: { ...delta, ...rows } });
    this.#changes = [];
  }

  #snapshot(): void {
    this.#changes = [];
    const nodes = [...this.#nodes.values()];
    const parts =
      this.#serial % 2 === 0 ? [nodes] : [nodes.slice(0, nodes.length / 2), nodes.slice(nodes.length / 2)];
    const snapshot = snapshotOf(parts[0]!, `e${this.#epoch}`, ++this.#revision);
    this.#tell({ snapshot: { ...snapshot, ...(parts[1] && { more: true }) } });
    if (!parts[1]) return;
    const from = this.#revision++;
    this.#tell({ delta: { from, revision: this.#revision, at: 0, changes: [], rows: toColumns(parts[1]) } });
  }

  #tell(event: TreeEvent): void {
    this.#tree.receive(event);
    this.#told = new Map(this.#nodes);
  }

  #pick(at: number): TreeNode | null {
    const nodes = [...this.#nodes.values()];
    return nodes[at % (nodes.length + 1)] ?? null;
  }

  #isBelow(id: string | null, above: string): boolean {
    for (let at = id; at !== null; at = this.#nodes.get(at)?.parent ?? null) if (at === above) return true;
    return false;
  }

  #compare(): void {
    const columns = this.#tree.columns();
    const shown = new Set<string>();
    const compareBelow = (slot: number, id: string | null): void => {
      const ids = this.#plain.children(id);
      expect(columns.childrenOf(slot).map(columns.idAt)).toEqual(ids);
      expect(this.#tree.shape().children.get(id) ?? []).toEqual(ids);
      expect({
        size: columns.size[slot],
        leaves: columns.leaves[slot],
        worst: columns.worst[slot],
        counts: STATUS_RANKS.map((_, rank) => columns.countOf(slot, rank)),
      }).toEqual(this.#plain.sums(id));
      for (const child of ids) {
        shown.add(child);
        expect(columns.parent[columns.slotOf(child)]).toBe(slot);
        compareBelow(columns.slotOf(child), child);
      }
    };
    compareBelow(TOP, null);
    expect(this.#tree.size).toBe(this.#told.size);
    for (const [id, node] of this.#told) {
      expect(this.#tree.node(id)).toEqual(node);
      const key = this.#plain.keyOf(id);
      expect(this.#tree.keyOf(id)).toBe(key);
      expect(this.#tree.newestAt(key)?.id).toBe(this.#plain.newestAt(key)?.id);
      expect(this.#tree.livesAt(key)).toContainEqual(node);
      if (!shown.has(id)) expect(columns.slotOf(id)).toBe(-1);
    }
    this.#compareLines();
  }

  #compareLines(): void {
    for (const { lines, hasGhosts, isMatch } of this.#outlines) {
      const node = (id: string) => this.#told.get(id)!;
      const childrenOf = (parent: string | null) =>
        this.#plain.children(parent).filter((id) => hasGhosts || isAlive(node(id)));
      const { rows, matched } = isMatch
        ? matchingRows(childrenOf, (id) => isMatch(node(id)))
        : { rows: openRows(childrenOf, this.#isOpen), matched: [] };
      expect([...lines]).toEqual(rows);
      expect(lines.length).toBe(rows.length);
      expect([lines.matches, lines.firstMatch()]).toEqual([matched.length, matched[0] ?? null]);
      expect(rows.map(({ id }) => lines.indexOf(id))).toEqual(rows.map((_, index) => index));
      const lined = new Set(rows.map(({ id }) => id));
      for (const id of this.#told.keys()) if (!lined.has(id)) expect(lines.indexOf(id)).toBe(-1);
    }
  }
}

/** Some of them, and others once they changed. */
function isOdd({ id, status }: TreeNode): boolean {
  return (id.length + STATUSES.indexOf(status)) % 2 === 1 && !id.endsWith('3');
}

function childOf(order: number): TreeNode['child'] {
  return { restart: 'permanent', shutdown: 5000, significant: false, protected: false, order };
}
