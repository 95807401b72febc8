import { describe, expect, it } from 'vitest';
import { parseCondition, whyNot } from '../../../client/experiment/condition.ts';
import { nodeOf } from '../scripted-session.ts';

const nodes = new Map(
  [
    nodeOf('1', { kind: 'process', lineage: 'process:web', metrics: { rssBytes: 1000 } }),
    nodeOf('1.0', { kind: 'thread', parent: '1', lineage: 'main', metrics: { loopDelayMs: 12.5 } }),
    nodeOf('1.0.1', { kind: 'supervisor', parent: '1.0', lineage: 'app' }),
    nodeOf('1.0.2', { parent: '1.0.1', lineage: 'app/games', metrics: { backlog: 4 } }),
    nodeOf('1.0.3', { parent: '1.0.1', lineage: 'app/scores', metrics: { backlog: 7 }, incarnation: 2 }),
    nodeOf('1.0.4', { parent: '1.0.1', lineage: 'app/old', status: 'exited', endedAt: 1 }),
    nodeOf('1.0.5', { parent: '1.0.1', lineage: 'app/two words' }),
  ].map((node) => [node.id, node]),
);

const ask = (text: string) => whyNot(parseCondition(text), nodes);

describe('a condition on the tree', () => {
  it.each([
    'app/games status=running',
    'app/games status = running',
    'games backlog<=4',
    'app backlog=11',
    'main loopDelayMs<50 and status=running',
    'app children=3',
    'app/scores incarnation>1',
    'process:web rssBytes>=1000 and rssBytes!=1',
    'main blockedMs=0',
    '"app/two words" status!=blocked',
    'app/old status=exited',
    '1.0.2 backlog>3.5',
  ])('%s holds', (text) => expect(ask(text)).toBeNull());

  it.each([
    ['app/games backlog<4', 'app/games has backlog 4'],
    ['app backlog<10', 'app has backlog 11'],
    ['main loopDelayMs<50 and blockedMs>1', 'main has blockedMs 0'],
    ['app/old status=running', 'app/old has status exited'],
    ['app/games cpuPercent<50', 'app/games has no cpuPercent'],
    ['app/nothing status=running', 'There is no node "app/nothing" in this tree'],
  ])('%s does not: %s', (text, words) => expect(ask(text)).toContain(words));
});

describe('a condition that cannot be read names the column', () => {
  it.each([
    ['', 1, 'a node'],
    ['app', 4, 'expected one of status, incarnation'],
    ['app backlg<10', 5, 'expected one of status, incarnation'],
    ['app backlog', 12, 'expected one of <= >= != = < >'],
    ['app backlog<', 13, 'expected a number'],
    ['app backlog<10s', 13, 'expected a number'],
    ['app backlog<x', 13, 'expected a number; the unit is in the name (backlog)'],
    ['app status<running', 12, 'compared with = or !='],
    ['app status=runing', 12, 'expected a status: starting'],
    ['app status=running or', 20, 'expected "and"'],
    ['app status=running and', 23, 'expected one of status'],
    ['"app', 1, 'a node'],
  ])('%s: %i', (text, column, words) => {
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({
        code: 'BAD_USAGE',
        facts: { probe: text, column },
        message: expect.stringContaining(words),
      }),
    );
  });
});
