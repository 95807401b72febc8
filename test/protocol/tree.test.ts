import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromColumns, NODE_FIELDS, type TreeChange, type TreeNode, toColumns } from '../../protocol/tree.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';
import { packColumns } from '../../protocol/tree-pack.ts';

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const node: fc.Arbitrary<TreeNode> = fc.record({
  id: names,
  parent: fc.option(names),
  links: fc.array(
    fc.record({ to: names, kind: fc.constantFrom('registered-by' as const, 'pool' as const) }),
    { maxLength: 2 },
  ),
  kind: fc.constantFrom('process', 'thread', 'supervisor', 'worker', 'component'),
  host: fc.option(fc.constantFrom('task', 'thread', 'process')),
  name: fc.string(),
  lineage: fc.string(),
  incarnation: fc.nat(),
  status: fc.constantFrom('starting', 'running', 'exited'),
  pid: fc.nat(),
  threadId: fc.option(fc.nat()),
  startedAt: fc.nat(),
  endedAt: fc.option(fc.nat()),
  restarts: fc.nat(),
  exitReason: fc.option(fc.string()),
  blockedMs: fc.option(fc.nat()),
  hasState: fc.boolean(),
  backlogWord: fc.option(fc.string()),
  observed: fc.boolean(),
  command: fc.option(fc.string()),
  supervisor: fc.option(
    fc.record({
      strategy: fc.constant('one_for_all' as const),
      intensity: fc.nat(),
      periodMs: fc.nat(),
      restartsInPeriod: fc.nat(),
    }),
  ),
  child: fc.option(
    fc.record({
      restart: fc.constant('transient' as const),
      shutdown: fc.constantFrom('infinity' as const, 5000),
      significant: fc.boolean(),
      protected: fc.boolean(),
      order: fc.nat(3),
    }),
  ),
  component: fc.option(
    fc.record({ adapter: fc.string(), type: fc.string(), facts: fc.constant({ address: ':80', limit: 3 }) }),
  ),
  adapters: fc.option(fc.constant([{ adapter: 'http', threadId: 0, isOff: true, why: 'it threw' }])),
  metrics: fc.record({ rssBytes: fc.nat(), backlog: fc.nat() }, { requiredKeys: [] }),
});
const nodes = fc.uniqueArray(node, { selector: ({ id }) => id });
const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

it('gives nodes back from columns as they were, in their order', () => {
  fc.assert(
    fc.property(nodes, (list) => {
      const columns = overTheWire(toColumns(list));
      expect(Object.keys(columns)).toEqual(NODE_FIELDS);
      expect(fromColumns(columns)).toEqual(list);
    }),
  );
});

it('gives nodes back from packed columns, too, and those are not larger', () => {
  fc.assert(
    fc.property(nodes, fc.nat(3), (list, copies) => {
      // Workers of one supervisor differ in little more than their ids.
      const many = list.flatMap((each) =>
        Array.from({ length: copies + 1 }, (_, copy) => ({ ...each, id: `${each.id}.${copy}` })),
      );
      const plain = toColumns(many);
      const packed = overTheWire(packColumns(plain));
      expect(fromColumns(packed)).toEqual(many);
      if (many.length > 8) {
        expect(JSON.stringify(packed).length).toBeLessThanOrEqual(JSON.stringify(plain).length * 1.2);
      }
    }),
  );
});

describe('a mirror', () => {
  const snapshot = (list: TreeNode[], revision = 1) => ({
    epoch: 'e',
    revision,
    at: revision * 10,
    columns: toColumns(list),
  });
  const [sample] = fc.sample(node, { seed: 1, numRuns: 1 });
  const one = { ...sample!, id: 'a', parent: null, restarts: 0 };

  it('holds what the agent holds after any run of changes', () => {
    const changes: fc.Arbitrary<TreeChange> = fc.oneof(
      node.map((each): TreeChange => ['+', each]),
      fc
        .tuple(names, fc.record({ restarts: fc.nat(), name: fc.string() }, { requiredKeys: [] }))
        .map(([id, fields]): TreeChange => ['~', id, fields]),
      names.map((id): TreeChange => ['-', id]),
    );
    fc.assert(
      fc.property(nodes, fc.array(fc.array(changes, { maxLength: 5 }), { maxLength: 6 }), (start, deltas) => {
        const truth = new Map(start.map((each) => [each.id, each]));
        const mirror = new TreeMirror();
        mirror.reset(snapshot(start));
        for (const [i, delta] of deltas.entries()) {
          for (const change of delta) {
            if (change[0] === '+') truth.set(change[1].id, change[1]);
            else if (change[0] === '-') truth.delete(change[1]);
            else if (truth.has(change[1])) truth.set(change[1], { ...truth.get(change[1])!, ...change[2] });
          }
          expect(mirror.apply(overTheWire({ from: i + 1, revision: i + 2, at: i, changes: delta }))).toBe(
            true,
          );
        }
        expect(Object.fromEntries(mirror.nodes)).toEqual(Object.fromEntries(truth));
      }),
    );
  });

  it.each([
    ['one was missed', 2],
    ['it is an old one', 0],
  ])('refuses a delta, untouched, when %s', (_, from) => {
    const mirror = new TreeMirror();
    mirror.reset(snapshot([one]));
    expect(mirror.apply({ from, revision: from + 1, at: 99, changes: [['-', 'a']] })).toBe(false);
    expect([...mirror.nodes.keys()]).toEqual(['a']);
    expect(mirror).toMatchObject({ revision: 1, at: 10 });
    mirror.reset(snapshot([], 7));
    expect(mirror).toMatchObject({ revision: 7, at: 70 });
    expect(mirror.nodes.size).toBe(0);
  });

  it('refuses any delta before its first snapshot', () => {
    expect(new TreeMirror().apply({ from: 0, revision: 1, at: 1, changes: [] })).toBe(false);
  });

  it('replaces what changed and leaves what did not', () => {
    const mirror = new TreeMirror();
    mirror.reset(snapshot([one, { ...one, id: 'b' }]));
    const before = new Map(mirror.nodes);
    mirror.apply({
      from: 1,
      revision: 2,
      at: 20,
      changes: [
        ['~', 'a', { restarts: 3 }],
        ['~', 'nobody', { restarts: 1 }],
      ],
    });
    expect(mirror.nodes.get('a')).not.toBe(before.get('a'));
    expect(before.get('a')!.restarts).toBe(0);
    expect(mirror.nodes.get('a')!.restarts).toBe(3);
    expect(mirror.nodes.get('b')).toBe(before.get('b'));
    expect(mirror.nodes.size).toBe(2);
  });

  it('puts what has no parent here at the top, children in the order they came', () => {
    const mirror = new TreeMirror();
    mirror.reset(
      snapshot([
        one,
        { ...one, id: 'c', parent: 'a' },
        { ...one, id: 'b', parent: 'a' },
        { ...one, id: 'd', parent: 'gone' },
      ]),
    );
    const ids = [...mirror.childrenByParent()].map(([parent, list]) => [parent, list.map(({ id }) => id)]);
    expect(ids).toEqual([
      [null, ['a', 'd']],
      ['a', ['c', 'b']],
    ]);
  });

  it('puts children that have a place in start order, a successor beside the one it follows', () => {
    const child = { restart: 'permanent', shutdown: 5000, significant: false, protected: false } as const;
    const at = (id: string, order: number) => ({ ...one, id, parent: 'a', child: { ...child, order } });
    const mirror = new TreeMirror();
    mirror.reset(snapshot([one, at('b', 0), at('c', 1), at('d', 7), at('b2', 0)]));
    expect(
      mirror
        .childrenByParent()
        .get('a')!
        .map(({ id }) => id),
    ).toEqual(['b', 'b2', 'c', 'd']);
  });
});
