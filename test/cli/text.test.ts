import { describe, expect, it } from 'vitest';
import { age, bytes, duration, figures } from '../../cli/text/figures.ts';
import { ledgerLine } from '../../cli/text/ledger-line.ts';
import { paintWith } from '../../cli/text/paint.ts';
import { cut, oneLine, pad, safeForTerminal, safeJson, widthOf } from '../../cli/text/plain.ts';
import { stateText } from '../../cli/text/state-text.ts';
import { table } from '../../cli/text/table.ts';
import { shownNodes, treeLines } from '../../cli/text/tree-lines.ts';
import type { LedgerEvent, LedgerFact } from '../../protocol/ledger.ts';
import type { StateValue } from '../../protocol/state.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { nodeOf } from '../client/scripted-session.ts';

const plain = paintWith(false);
const coloured = paintWith(true);

describe('figures', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [200_000_000, '2 d'],
    [-5, '0 ms'],
  ])('%d ms are %s old', (ms, text) => expect(age(ms)).toBe(text));

  it.each([
    [2.94, '2.9 ms'],
    [340.4, '340 ms'],
    [1500, '1.5 s'],
    [10_000, '10 s'],
    [120_000, '2 min'],
  ])('%d ms took %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [512, '512 B'],
    [2048, '2 KB'],
    [90_411_008, '86 MB'],
    [3_221_225_472, '3.0 GB'],
  ])('%d bytes are %s', (count, text) => expect(bytes(count)).toBe(text));

  it('leave out what is not known, and use the backlog word of the service', () => {
    const metrics = { cpuPercent: 12.4, loopUtilization: 0.318, backlog: 4 };
    expect(figures(nodeOf('a', { metrics, backlogWord: 'mailbox' }))).toEqual([
      'cpu 12%',
      'loop 32%',
      'mailbox 4',
    ]);
    expect(figures(nodeOf('a'))).toEqual([]);
  });
});

describe("a service's words on somebody's terminal", () => {
  it('stay in one line', () => {
    expect(oneLine('a\nb\tc\x1b[2J\u202e')).toBe('a\\nb\\tc\\x1b[2J\\u202e');
  });

  it('cannot drive it; only our own colours pass', () => {
    const hostile = `\x1b]0;title\x07\x1b[2J\x9b31m\r\x1b[31mred\x1b[39m\n`;
    expect(safeForTerminal(hostile)).toBe('\\x1b]0;title\\x07\\x1b[2J\\x9b31m\\x0d\x1b[31mred\x1b[39m\n');
  });

  it('stay the same value in JSON, and drive no terminal there either', () => {
    const hostile = { '\u009b2J': 'a\u007f\u202eb', plain: 'é "日本" \n' };
    const text = safeJson(hostile);
    expect(text).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).toContain('é \\"日本\\"');
    expect(JSON.parse(text)).toEqual(hostile);
  });

  it('take the columns that they take', () => {
    expect(widthOf('games')).toBe(5);
    expect(widthOf(coloured.trouble('games'))).toBe(5);
    expect(widthOf('日本')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(cut('games/7f3a', 6)).toBe('games…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(pad('日本', 5)).toBe('日本 ');
  });

  it('stand in columns', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['aaa', 'b', ''],
      ]),
    ).toEqual(['a    bb  c', 'aaa  b']);
  });
});

describe('a tree', () => {
  const nodes = [
    nodeOf('1', { kind: 'process', name: 'web', metrics: { cpuPercent: 3, rssBytes: 90_411_008 } }),
    nodeOf('1.0', { kind: 'thread', name: 'main', parent: '1', status: 'blocked', blockedMs: 2300 }),
    nodeOf('1.0.1', {
      kind: 'supervisor',
      name: 'games',
      parent: '1.0',
      supervisor: { strategy: 'dynamic', intensity: 1, periodMs: 5000, restartsInPeriod: 0 },
    }),
    nodeOf('1.0.2', {
      name: '7f3a',
      lineage: 'g/7f3a',
      parent: '1.0.1',
      status: 'exited',
      endedAt: 55_000,
      exitReason: 'killed',
    }),
    nodeOf('1.0.3', {
      name: '8c21',
      lineage: 'g/8c21',
      parent: '1.0.1',
      backlogWord: 'queue',
      metrics: { backlog: 9 },
    }),
    nodeOf('1.0.4', { name: '7f3a', lineage: 'g/7f3a', parent: '1.0.1', incarnation: 2, startedAt: 55_000 }),
    nodeOf('1.0.5', { name: 'score', parent: '1.0', host: 'process' }),
  ];
  const children = (list: TreeNode[]) => {
    const map = new Map<string | null, TreeNode[]>();
    for (const node of list) map.set(node.parent, [...(map.get(node.parent) ?? []), node]);
    return map;
  };
  const draw = (columns: number, depth?: number, paint = plain) =>
    treeLines(shownNodes(children(nodes), depth), { paint, columns, now: 60_000 });

  it('is drawn with its branches, statuses, ids, ages and figures', () => {
    expect(draw(100).join('\n')).toBe(
      `
web (process)               running      1      1 min  cpu 3%  86 MB
└─ main (main thread)       blocked 2 s  1.0    1 min
   ├─ games (dynamic)       running      1.0.1  1 min
   │  ├─ 7f3a               exited       1.0.2    5 s  ago: killed
   │  ├─ 7f3a #2            running      1.0.4    5 s
   │  └─ 8c21               running      1.0.3  1 min  queue 9
   └─ score (on a process)  running      1.0.5  1 min`.slice(1),
    );
  });

  it('says what a depth leaves out', () => {
    expect(draw(100, 2).at(-1)).toMatch(/└─ main .* … 5 below$/);
  });

  it('fits its columns by cutting names', () => {
    nodes[4]!.name = 'a-game-with-a-very-long-name-that-nobody-would-give';
    const lines = draw(60);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(60);
    expect(lines[5]).toContain('…');
    nodes[4]!.name = '8c21';
  });

  it('has colour for trouble only', () => {
    const lines = draw(100, undefined, coloured);
    expect(lines[1]).toContain('\x1b[31mblocked 2 s\x1b[39m');
    expect(lines[0]).not.toContain('\x1b[');
    expect(lines[3]).toBe(coloured.faint(draw(100)[3]!));
  });
});

describe('a state', () => {
  it.each<[StateValue, string]>([
    [{ turn: 'x', board: [null, 1, true] }, "{ turn: 'x', board: [ null, 1, true ] }"],
    [[], '[]'],
    [{}, '{}'],
    ["it's \n", "'it\\'s \\n'"],
    [{ $$id: 1, 'a-b': 2 }, "{ $id: 1, 'a-b': 2 }"],
    [{ $: 'Undefined' }, 'undefined'],
    [{ $: 'Number', text: '-0' }, '-0'],
    [{ $: 'BigInt', text: '12' }, '12n'],
    [{ $: 'Symbol', text: 'Symbol(a)' }, 'Symbol(a)'],
    [{ $: 'Function', name: '' }, '[Function (anonymous)]'],
    [{ $: 'Date', iso: '2026-01-01T00:00:00.000Z' }, '2026-01-01T00:00:00.000Z'],
    [{ $: 'Date', iso: null }, 'Invalid Date'],
    [{ $: 'RegExp', text: '/a/g' }, '/a/g'],
    [{ $: 'Error', class: 'TypeError', message: 'no\x1b[2J', stack: '' }, '[TypeError: no\\u001b[2J]'],
    [{ $: 'Map', entries: [['a', 1]], more: 4 }, "Map(5) { 'a' => 1, … 4 more }"],
    [{ $: 'Set', values: [1, 2] }, 'Set(2) { 1, 2 }'],
    [{ $: 'Object', class: 'Game', fields: { turn: 'x' } }, "Game { turn: 'x' }"],
    [{ $: 'Object', class: 'Object', fields: { a: 1 }, more: 2 }, '{ a: 1, … 2 more }'],
    [{ $: 'Bytes', class: 'Buffer', byteLength: 3, hex: '0102' }, 'Buffer(3) <0102 …>'],
    [{ $: 'Proxy' }, '[Proxy]'],
    [{ $: 'Redacted' }, '[redacted]'],
    [{ $: 'Getter' }, '[getter, not run]'],
    [{ $: 'Ref', path: '/a' }, '[same as /a]'],
    [{ $: 'Ref', path: '' }, '[same as /]'],
    [{ $: 'Text', text: 'abc', chars: 9000 }, "'abc' … 9000 characters"],
    [{ $: 'More', count: 12 }, '… 12 more'],
    [{ $: 'More', count: 12, of: 'Array' }, 'Array(12) …'],
  ])('%j reads %s', (value, text) => expect(stateText(value)).toBe(text));

  it('has one entry a line where a line would be too long', () => {
    expect(stateText({ first: 'a'.repeat(20), second: { third: 'b'.repeat(20) } }, 40)).toBe(
      `{\n  first: '${'a'.repeat(20)}',\n  second: { third: '${'b'.repeat(20)}' }\n}`,
    );
  });
});

describe('a line of the ledger', () => {
  const node = { id: '1.0.2', lineage: 'app/games/7f3a', incarnation: 2 };
  const by = { id: '1.0.1', lineage: 'app/games', incarnation: 1 };
  const line = (fact: LedgerFact) =>
    ledgerLine({ seq: 1, at: 0, t: 0, ...fact } as LedgerEvent, plain).slice(14);
  it.each<[LedgerFact, string]>([
    [
      {
        kind: 'act',
        node,
        act: 'kill',
        call: 'c',
        author: { key: 'SHA256:x', name: 'ann' },
        reason: 'drill',
      },
      'kill asked by ann: drill',
    ],
    [
      { kind: 'act-ended', node, act: 'kill', call: 'c', outcome: 'restarted', words: '#2 → #3' },
      'kill ended: restarted. #2 → #3',
    ],
    [{ kind: 'exited', node, reason: 'killed\x1b[2J' }, 'exited: killed\\x1b[2J'],
    [
      {
        kind: 'decided',
        node,
        by,
        decision: 'restart',
        restartsInPeriod: 1,
        intensity: 3,
        periodMs: 5000,
        affected: [by],
      },
      'app/games decided: restart (1 of 3 in 5 s), with 1 more',
    ],
    [{ kind: 'started', node, previous: by }, 'started, after #1 (1.0.1)'],
    [{ kind: 'started', node, previous: null }, 'started'],
    [{ kind: 'ready', node }, 'ready'],
    [{ kind: 'straggler', node, afterMs: 1000 }, 'was told to end and still runs after 1 s'],
    [{ kind: 'start-failed', node, reason: 'no port' }, 'did not start: no port'],
    [{ kind: 'blocked', node, frames: ['spin (a.js:1)'] }, 'its loop stands still, in spin (a.js:1)'],
    [{ kind: 'blocked', node, frames: [] }, 'its loop stands still'],
    [{ kind: 'unblocked', node, blockedMs: 2000 }, 'its loop turns again, after 2 s'],
    [{ kind: 'joined', node }, 'joined'],
    [{ kind: 'left', node, reason: 'SIGKILL' }, 'left: SIGKILL'],
    [{ kind: 'hub-restarted', node, reason: 'x' }, "the agent's own thread started again: x"],
  ])('%j', (fact, words) => {
    expect(line(fact)).toBe(`app/games/7f3a #2 (1.0.2)  ${words}`);
  });
});
