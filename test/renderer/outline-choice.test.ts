import { describe, expect, test } from 'vitest';
import { toCsv } from '../../protocol/csv.ts';
import { TOP } from '../../renderer/store/tree-columns.ts';
import { TreeStore } from '../../renderer/store/tree-store.ts';
import { ChipCounter } from '../../renderer/tree/chip-counts.ts';
import { CHIPS, chipFilter } from '../../renderer/tree/chips.ts';
import { COLUMNS, type columnOf } from '../../renderer/tree/columns.ts';
import { fitting, templateOf } from '../../renderer/tree/fitting.ts';
import { SiblingOrder } from '../../renderer/tree/order.ts';
import {
  pressed,
  readChoice,
  START_CHOICE,
  withChip,
  withColumns,
  withWidth,
} from '../../renderer/tree/outline-choice.ts';
import { outlineCsv } from '../../renderer/tree/outline-csv.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

const nodes = [
  aNode({ id: 'a', name: 'worker-10', restarts: 2, metrics: { cpuPercent: 3 } }),
  aNode({ id: 'b', name: 'worker-9', status: 'blocked', metrics: {} }),
  aNode({ id: 'c', name: 'worker-1', restarts: 7, metrics: { cpuPercent: 80 }, host: 'thread' }),
  aNode({
    id: 'd',
    name: 'gone',
    status: 'exited',
    endedAt: 5,
    exitReason: 'error: a, "b"',
    kind: 'thread',
    host: null,
  }),
];
const tree = new TreeStore(
  () => {},
  (commit) => commit(),
);
tree.receive({ snapshot: snapshotOf(nodes) });
const sorted = (by: Parameters<typeof columnOf>[0], isDown: boolean) => {
  const { childrenOf, idAt } = tree.columns();
  return new SiblingOrder(tree, { by, isDown }).of(TOP, childrenOf(TOP)).map(idAt).join('');
};

describe('order', () => {
  test('figures in figures in a name count as figures', () => {
    expect(sorted('name', false)).toBe('dcba');
    expect(sorted('name', true)).toBe('abcd');
  });

  test('what is not known stands last either way, what is alike keeps its order', () => {
    expect(sorted('cpu', true)).toBe('cabd');
    expect(sorted('cpu', false)).toBe('acbd');
    expect(sorted('pid', true)).toBe('abcd');
    expect(sorted('status', true)).toBe('bacd');
  });

  test('a third press is the start order again', () => {
    const once = pressed(START_CHOICE, 'cpu');
    expect(once.sort).toEqual({ by: 'cpu', isDown: true });
    const twice = pressed(once, 'cpu');
    expect(twice.sort).toEqual({ by: 'cpu', isDown: false });
    expect(pressed(twice, 'cpu').sort).toBeNull();
    expect(pressed(twice, 'name').sort).toEqual({ by: 'name', isDown: false });
  });
});

describe('columns', () => {
  test('every one has words, and says something or nothing of any node', () => {
    for (const { id, words, text, value } of COLUMNS) {
      expect(words, id).not.toBe('');
      for (const node of nodes) {
        expect(typeof text(node), id).toBe('string');
        expect(value(node), id).not.toBeUndefined();
      }
    }
  });

  test('what was chosen is shown in the order of the menu; a hidden one sorts nothing', () => {
    const byCpu = pressed(START_CHOICE, 'cpu');
    expect(withColumns(byCpu, ['pid', 'cpu']).columns).toEqual(['cpu', 'pid']);
    expect(withColumns(byCpu, ['pid', 'cpu']).sort?.by).toBe('cpu');
    expect(withColumns(byCpu, ['pid']).sort).toBeNull();
    expect(withColumns(pressed(byCpu, 'name'), []).sort?.by).toBe('name');
  });

  test('those without room give way, what is sorted by and what was added last', () => {
    expect(fitting(START_CHOICE, 2000)).toEqual(START_CHOICE.columns);
    expect(fitting(START_CHOICE, 460)).not.toContain('id');
    expect(fitting(pressed(START_CHOICE, 'id'), 460)).toContain('id');
    const added = withColumns(START_CHOICE, [...START_CHOICE.columns, 'exit']);
    expect(fitting(added, 600)).toContain('exit');
    expect(fitting(added, 600)).not.toContain('loop');
    expect(fitting(START_CHOICE, 0)).toEqual([]);
    for (const width of [300, 456, 700, 900]) {
      const shown = fitting(START_CHOICE, width);
      const px = [...templateOf(START_CHOICE, shown).matchAll(/(\d+)px(?!\))/g)].reduce(
        (sum, [, each]) => sum + Number(each),
        0,
      );
      expect(px).toBeLessThan(width);
    }
  });

  test('a width stays within reason', () => {
    expect(withWidth(START_CHOICE, 'cpu', 1).widths.cpu).toBe(34);
    expect(withWidth(START_CHOICE, 'cpu', 1e9).widths.cpu).toBe(600);
  });
});

describe('what was kept', () => {
  test('comes back whole, and without what nobody knows', () => {
    const choice = withWidth(
      withChip(pressed(withColumns(START_CHOICE, ['pid']), 'pid'), 'kind:worker'),
      'pid',
      80,
    );
    expect(readChoice(JSON.parse(JSON.stringify(choice)))).toEqual(choice);
    expect(
      readChoice({
        columns: ['pid', 'nonsense', 7],
        sort: { by: 'nonsense' },
        chips: ['kind:ufo', 'host:task'],
        widths: { cpu: 'x', nonsense: 3, pid: 50 },
      }),
    ).toEqual({ columns: ['pid'], sort: null, chips: ['host:task'], widths: { pid: 50 } });
    for (const nothing of [undefined, null, 7, 'x', {}]) expect(readChoice(nothing)).toEqual(START_CHOICE);
  });
});

describe('chips', () => {
  const through = (...chips: Parameters<typeof chipFilter>[0]) =>
    nodes
      .filter(chipFilter(chips)!)
      .map(({ id }) => id)
      .join('');

  test('within a group any lets through, of the groups all must', () => {
    expect(chipFilter([])).toBeNull();
    expect(through('status:wrong')).toBe('b');
    expect(through('status:ghosts', 'status:blocked')).toBe('bd');
    expect(through('status:ghosts', 'kind:worker')).toBe('');
    expect(through('host:task', 'kind:worker', 'kind:thread')).toBe('ab');
  });

  test('each counts what it alone would let through', () => {
    const counter = new ChipCounter(tree.columns());
    const stop = tree.onCommit((commit) => counter.update(commit));
    for (const _ of counter.count());
    const compare = () => {
      const now = [...tree.nodes()];
      for (const { id } of CHIPS) expect(counter.counts[id], id).toBe(now.filter(chipFilter([id])!).length);
    };
    compare();
    expect(counter.counts['kind:worker']).toBe(3);
    // And goes on to, whatever comes, changes or goes.
    tree.receive({
      delta: {
        from: 1,
        revision: 2,
        at: 0,
        changes: [
          ['~', 'a', { status: 'suspended' }],
          ['-', 'b'],
          ['+', { ...nodes[2]!, id: 'e', lineage: 'e', kind: 'process', host: null }],
        ],
      },
    });
    compare();
    expect(counter.counts).toMatchObject({ 'status:suspended': 1, 'kind:process': 1 });
    stop();
    tree.receive({ snapshot: snapshotOf(nodes) });
  });

  test('pressed again it is off', () => {
    expect(withChip(withChip(START_CHOICE, 'host:task'), 'host:task')).toEqual(START_CHOICE);
  });
});

describe('csv', () => {
  test('is quoted where it must be, and no name becomes a formula', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x, "y"', 3],
          [null, '=1+1'],
          ['two\nlines', -2],
        ],
      ),
    ).toBe('a,b\r\n"x, ""y""",3\r\n,\'=1+1\r\n"two\nlines",-2\r\n');
  });

  test('of the outline has its columns, with figures as they were measured', () => {
    const [head, first, , , last] = outlineCsv(nodes, ['status', 'cpu', 'started', 'exit']).split('\r\n');
    expect(head).toBe('lineage,name,status,cpu,started,exit');
    expect(first).toBe('worker-10,worker-10,running,3,1970-01-01T00:00:00.000Z,');
    expect(last).toBe('gone,gone,exited,,1970-01-01T00:00:00.000Z,"error: a, ""b"""');
  });
});
