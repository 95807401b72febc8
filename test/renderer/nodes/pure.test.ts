import { describe, expect, it } from 'vitest';
import {
  keptOf,
  ROWS,
  readNodesChoice,
  START_NODES,
  sortedBy,
  withKind,
  withNodeColumns,
} from '../../../renderer/nodes/choice.ts';
import { columnsWithin, type ListedNode, NAME, nodesCsv } from '../../../renderer/nodes/columns.ts';
import { frozen } from '../../../renderer/nodes/frozen.ts';
import { indexOf, pickedOf } from '../../../renderer/nodes/picked.ts';
import { aNodeRow } from '../../support/node-list-data.ts';

const listed = (fields: Partial<ListedNode> = {}): ListedNode => ({
  ...aNodeRow(fields),
  instance: 'fra-1',
  ...fields,
});
const textOf = (id: string, row: ListedNode) =>
  columnsWithin(Number.POSITIVE_INFINITY, START_NODES)
    .find((column) => column.id === id)!
    .text(row, 60_000);

describe('a cell', () => {
  it('is null where nothing is known, and a plain 0 where nothing changes', () => {
    for (const id of ['busy', 'delay', 'memory', 'memory-rate', 'backlog', 'backlog-rate', 'restarts'])
      expect(textOf(id, listed())).toBeNull();
    expect(textOf('memory-rate', listed({ memoryPerS: 0.2 }))).toBe('0');
    expect(textOf('backlog-rate', listed({ backlogPerS: 0 }))).toBe('0');
  });

  it('has a sign where something changes', () => {
    expect(textOf('memory-rate', listed({ memoryPerS: -4 * 1024 * 1024 }))).toBe('−4.0\u202fMB');
    expect(textOf('backlog-rate', listed({ backlogPerS: 1234.5 }))).toBe('+1,235');
    expect(textOf('restart-rate', listed({ restartsPerS: 0.25 }))).toBe('0.3');
  });

  it('tells of a process its CPU and its resident memory, of a thread its loop and its heap', () => {
    const both = { cpuPercent: 210, loopUtilization: 0.5, rssBytes: 2048, heapUsedBytes: 1024 };
    expect(textOf('busy', listed(both))).toBe('210\u202f%');
    expect(textOf('busy', listed({ ...both, cpuPercent: null }))).toBe('50\u202f%');
    expect(textOf('memory', listed({ ...both, rssBytes: null }))).toBe('1.0\u202fKB');
  });
});

describe('the columns', () => {
  it('give way to the names one after another, what it is sorted by last', () => {
    const ids = (width: number) =>
      columnsWithin(width, { ...START_NODES, sort: 'started' }).map(({ id }) => id);
    const all = ids(Number.POSITIVE_INFINITY);
    expect(ids(2000)).toEqual(all);
    expect(ids(NAME.widthPx + 110)).toEqual(['started']);
    const some = ids(700);
    expect(some.length).toBeLessThan(all.length);
    expect(some).toEqual(all.filter((id) => some.includes(id)));
    expect(some).toContain('busy');
    expect(columnsWithin(2000, { ...START_NODES, isFleetWide: false }).map(({ id }) => id)).not.toContain(
      'instance',
    );
  });
});

describe('what a person chose', () => {
  it('shows columns in one order, and those that were added outlive those that were there at first', () => {
    const chosen = withNodeColumns(START_NODES, ['pid', ...START_NODES.columns, 'cpu']);
    expect(chosen.columns.indexOf('cpu')).toBeLessThan(chosen.columns.indexOf('pid'));
    const ids = columnsWithin(620, chosen).map(({ id }) => id);
    expect(ids).toEqual(['status', 'busy', 'cpu', 'memory', 'pid']);
  });

  it('is never in an order that is not to be seen', () => {
    const byBacklog = sortedBy(START_NODES, 'backlog');
    expect(withNodeColumns(byBacklog, ['busy', 'memory'])).toMatchObject({
      sort: 'busy',
      isDescending: true,
    });
    expect(withNodeColumns(byBacklog, ['memory'])).toMatchObject({ sort: 'name', isDescending: false });
    expect(withNodeColumns(byBacklog, ['backlog'])).toMatchObject({ sort: 'backlog' });
  });

  it('comes back as it was kept, without what was typed; what is unknown falls back', () => {
    const chosen = { ...withNodeColumns(START_NODES, ['cpu', 'busy']), text: 'oven', limit: ROWS[2]! };
    const kept = JSON.parse(JSON.stringify(keptOf(chosen)));
    expect(kept).not.toHaveProperty('text');
    expect(readNodesChoice(kept)).toEqual({ ...chosen, text: '' });
    const odd = {
      sort: 'colour',
      limit: 7,
      columns: ['busy', 'constructor'],
      kinds: ['worker', 7],
      isFleetWide: 0,
    };
    expect(readNodesChoice(odd)).toEqual({ ...START_NODES, columns: ['busy'], kinds: ['worker'] });
    for (const none of [null, undefined, 'x', {}]) expect(readNodesChoice(none)).toEqual(START_NODES);
  });
});

describe('a press on a head', () => {
  it('puts the most telling first, then turns it round', () => {
    const down = sortedBy(START_NODES, 'memory');
    expect(down).toMatchObject({ sort: 'memory', isDescending: true });
    expect(sortedBy(down, 'memory')).toMatchObject({ isDescending: false });
    expect(sortedBy(down, 'name')).toMatchObject({ sort: 'name', isDescending: false });
  });
});

describe('the line that was chosen', () => {
  const rows = [
    listed({ id: '1', kind: 'process', lineage: 'process:web' }),
    listed({ id: '1.0.4', lineage: 'app/a' }),
    listed({ id: '1.0.4', lineage: 'app/a', instance: 'lax-1' }),
  ];

  it('is found wherever it stands by now, and in its own instance', () => {
    expect(indexOf(rows, pickedOf(rows[2]!))).toBe(2);
    expect(indexOf([...rows].reverse(), pickedOf(rows[1]!))).toBe(1);
    expect(indexOf(rows, null)).toBe(-1);
  });

  it('goes on to the successor of what is supervised; a process that ended has none', () => {
    const picked = pickedOf(listed({ id: '1.0.2', lineage: 'app/a' }));
    expect(indexOf(rows, picked)).toBe(1);
    const gone = pickedOf(listed({ id: '7', kind: 'process', lineage: 'process:web' }));
    expect(indexOf(rows, gone)).toBe(-1);
  });
});

describe('a paused list', () => {
  const rows = [
    listed({ id: '1.0.1', lineage: 'app/a', backlog: 1 }),
    listed({ id: '1.0.2', lineage: 'app/b', backlog: 5 }),
    listed({ id: '1.0', kind: 'thread', lineage: 'main', instance: 'lax-1' }),
  ];
  const view = {
    rows,
    live: { process: 0, thread: 1, supervisor: 0, worker: 2, component: 0 },
    matching: 3,
    instances: 2,
    unanswered: [],
  };
  const ids = (change: Partial<typeof START_NODES>, instance: string | null = null) =>
    frozen(view, { ...START_NODES, ...change }, instance).map(({ id }) => id);

  it('can be sorted, narrowed by kind, by text and to one instance', () => {
    expect(ids({ sort: 'backlog' })).toEqual(['1.0.2', '1.0.1', '1.0']);
    expect(ids(withKind(START_NODES, 'thread'))).toEqual(['1.0']);
    expect(ids({ text: 'APP/B' })).toEqual(['1.0.2']);
    expect(ids({ isFleetWide: false }, 'lax-1')).toEqual(['1.0']);
  });
});

it('the list as CSV has every figure as it was measured, and nothing where nothing is known', () => {
  const text = nodesCsv([listed({ lineage: '=cmd', memoryPerS: 1.5 })], () => 'Frankfurt');
  const [head, line] = text.split('\r\n');
  expect(head).toMatch(/^instance,id,lineage,/);
  expect(line).toMatch(/^Frankfurt,1\.0\.1,'=cmd,/);
  expect(line).toContain(',1.5,');
  expect(line!.split(',')).toHaveLength(head!.split(',').length);
});
