/** The proof's oracle finds each way in which a word could be untrue: it is given logs that were doctored so. */
import { describe, expect, it } from 'vitest';
import { Lives, type LogLine } from '../support/proof/lives.ts';
import { contradictions, overlaps, type Told, unexplained } from '../support/proof/oracle.ts';

const BOOT = 100;
const GAME = 'app/games/g0';
const OTHER = 'app/games/g1';
const THREAD = 'app/pool/thinker';
const KEEPER = 'app/pool/keeper';

type Words = [
  t: number,
  what: LogLine['what'],
  lineage?: string,
  incarnation?: number,
  more?: Partial<LogLine>,
];

function log(...lines: Words[]): Lives {
  const lives = new Lives();
  for (const [t, what, lineage, incarnation, more] of lines) {
    lives.add({ t, what, pid: BOOT, tid: BOOT, boot: BOOT, lineage, incarnation, ...more });
  }
  return lives;
}

/** The service with two games, both counting until 1000. */
const RUNNING: Words[] = [
  [0, 'boot'],
  [1, 'start', GAME, 1],
  [2, 'start', OTHER, 1],
  [900, 'tick', GAME, 1],
  [900, 'tick', OTHER, 1],
];
/** The service itself is not in /proc any more. */
const GONE: Words = [1140, 'absent'];
const KILLED: Words[] = [
  ...RUNNING,
  [1001, 'told', GAME, 1],
  [1002, 'end', GAME, 1],
  [1003, 'start', GAME, 2],
];

/** A kill of the first incarnation, asked for at 1000 and answered at 1100. */
function told(
  outcome: NonNullable<Told['document']>['outcome'],
  more: Partial<Told> = {},
  successor: { id: string; incarnation: number } | null = null,
): Told {
  return {
    call: 'c',
    act: 'kill',
    subjects: [GAME],
    blast: [GAME],
    dropped: [],
    incarnation: 1,
    namesWorker: true,
    isRoot: false,
    boot: BOOT,
    askedAt: 1000,
    answeredAt: 1100,
    closedAt: 2000,
    timeoutMs: 500,
    document: { outcome, successor, words: '' },
    releasedAt: null,
    isServiceCut: false,
    killed: null,
    ...more,
  };
}

const second = { id: '100.0.9', incarnation: 2 };
const found = (claim: Told, ...lines: Words[]) => contradictions(claim, log(...lines)).join('\n');

describe('what agrees with the log is not called wrong', () => {
  it.each([
    ['restarted', told('restarted', {}, second), KILLED],
    ['not-restarted', told('not-restarted'), KILLED.slice(0, -1)],
    ['escalated', told('escalated'), KILLED],
    ['gone', told('gone'), RUNNING],
    ['refused', told('refused'), RUNNING],
    ['straggler', told('straggler'), [...RUNNING, [1001, 'told', GAME, 1], [1003, 'start', GAME, 2]]],
    ['not-recovered', told('not-recovered'), KILLED.slice(0, -1)],
    ['an error', told('gone', { document: null }), KILLED],
  ] as [string, Told, Words[]][])('%s', (_, claim, lines) => expect(found(claim, ...lines)).toBe(''));
});

describe('restarted', () => {
  const claim = told('restarted', {}, second);
  it('while the old one never ended', () =>
    expect(found(claim, ...RUNNING, [1003, 'start', GAME, 2])).toContain('#1 never ended'));
  it('while the old one still ran afterwards', () =>
    expect(found(claim, ...KILLED, [1200, 'tick', GAME, 1])).toContain('#1 still ran afterwards'));
  it('before its successor had started', () =>
    expect(found(claim, ...KILLED.slice(0, -1), [1300, 'start', GAME, 2])).toContain('no successor'));
  it('with another successor than it had', () =>
    expect(found(told('restarted', {}, { id: 'x', incarnation: 3 }), ...KILLED)).toContain('#3 was named'));
});

describe('every other outcome', () => {
  it('not-restarted, and it had started', () =>
    expect(found(told('not-restarted'), ...KILLED)).toContain('#2 had started'));
  it('not-restarted, and it never ended', () =>
    expect(found(told('not-restarted'), ...RUNNING)).toContain('never ended'));
  it('escalated, and it never ended', () =>
    expect(found(told('escalated'), ...RUNNING)).toContain('never ended'));
  it('gone, and it was ended by it', () =>
    expect(found(told('gone'), ...KILLED)).toContain('was ended by it'));
  it('refused, and it was ended by it', () =>
    expect(found(told('refused'), ...KILLED)).toContain('was ended by it'));
  it('straggler, and it had ended as it was told', () =>
    expect(found(told('straggler'), ...KILLED)).toContain('had ended'));
  it('not-recovered, and a successor was there within T', () =>
    expect(found(told('not-recovered'), ...KILLED)).toContain('started within T'));
});

describe('start-child', () => {
  const claim = (outcome: 'done' | 'refused') => told(outcome, { act: 'start-child', incarnation: null });
  const before: Words[] = [[0, 'boot']];
  const started: Words[] = [...before, [1003, 'start', GAME, 1]];
  it('done, and started once', () => expect(found(claim('done'), ...started)).toBe(''));
  it('done, and it had not started', () =>
    expect(found(claim('done'), ...before)).toContain('had not started'));
  it('done, and it started after the answer', () =>
    expect(found(claim('done'), ...before, [1200, 'start', GAME, 1])).toContain('had not started'));
  it('done, and started twice', () =>
    expect(found(claim('done'), ...started, [1050, 'start', GAME, 2])).toContain('was started 2 times'));
  it('refused, and it had started', () =>
    expect(found(claim('refused'), ...started)).toContain('told refused'));
});

describe('the service itself', () => {
  const claim = (outcome: 'restarted' | 'not-restarted' | 'gone' | 'straggler' | 'not-recovered') =>
    told(outcome, { isRoot: true, subjects: [], blast: [GAME, OTHER], incarnation: null });
  const next = { pid: 200, tid: 200, boot: 200 };
  const again: Words[] = [...RUNNING, [1050, 'absent'], [1070, 'boot', undefined, undefined, next]];
  it('restarted', () => {
    expect(found(claim('restarted'), ...again)).toBe('');
    expect(found(claim('restarted'), ...RUNNING)).toContain('lives on');
    expect(found(claim('restarted'), ...again.slice(0, -1))).toContain('had not come back');
  });
  it('not-restarted', () => {
    expect(found(claim('not-restarted'), ...again.slice(0, -1))).toBe('');
    expect(found(claim('not-restarted'), ...again)).toContain('had come back');
  });
  it('gone', () => expect(found(claim('gone'), ...again)).toContain('was ended by it'));
  it('straggler', () => expect(found(claim('straggler'), ...again)).toContain('had ended'));
  it('not-recovered', () => expect(found(claim('not-recovered'), ...again)).toContain('came back within T'));
});

describe('beside the outcome', () => {
  it('an act that was done twice', () => {
    const lines: Words[] = [...KILLED, [1200, 'end', GAME, 2], [1201, 'start', GAME, 3]];
    expect(found(told('restarted', {}, second), ...lines)).toContain('was started 2 times: #2,#3');
  });
  it('is not seen in a place that the service itself filled again', () => {
    const lines: Words[] = [...KILLED, [1200, 'fill'], [1201, 'start', GAME, 3]];
    expect(found(told('restarted', {}, second), ...lines)).toBe('');
  });
  it('a bystander that ended', () => {
    const lines: Words[] = [...KILLED, [1050, 'told', OTHER, 1], [1051, 'end', OTHER, 1]];
    expect(found(told('restarted', {}, second), ...lines)).toContain(`${OTHER} #1, a bystander, ended`);
  });
  it('what ended with its service is no bystander, also where the next act was asked before /proc showed that', () => {
    const keeper = { pid: 300, tid: 300 };
    const running: Words[] = [...RUNNING, [3, 'start', KEEPER, 1, keeper]];
    const killed: Words[] = [[1001, 'told', KEEPER, 1, keeper], [1002, 'end', KEEPER, 1, keeper], GONE];
    for (const outcome of ['restarted', 'gone', 'refused'] as const) {
      const claim = told(outcome, { subjects: [], blast: [], closedAt: 1110, isServiceCut: true });
      expect(found(claim, ...running, ...killed)).toBe('');
    }
    const about = told('refused', {
      subjects: [KEEPER],
      blast: [KEEPER],
      closedAt: 1110,
      isServiceCut: true,
    });
    expect(found(about, ...running, ...killed)).toBe('');
    // The service went on counting after its child had ended: that was no end of the service.
    const on: Words[] = [...running, ...killed.slice(0, 2), [1003, 'tick', OTHER, 1], GONE];
    expect(found(about, ...on)).toContain('told refused (), and app/pool/keeper was ended by it');
    const beside = told('restarted', { subjects: [], blast: [], closedAt: 1110, isServiceCut: true });
    expect(found(beside, ...on)).toContain('app/pool/keeper #1, a bystander, ended');
  });
  it('a service that ended, and nobody had ended it', () => {
    const lives = log(...RUNNING, GONE);
    const words = 'the service (process 100) ended, and nobody had ended it; the last act before: c';
    expect(unexplained(lives, [told('restarted')])).toEqual([words]);
    expect(unexplained(lives, [told('restarted', { isServiceCut: true, closedAt: 950 })])).toEqual([]);
    expect(unexplained(lives, [told('restarted', { isServiceCut: true, closedAt: 850 })])).toEqual([words]);
    expect(unexplained(lives, [told('restarted', { isRoot: true })])).toEqual([]);
    // An act on the service before this one was cut when this one ran already.
    expect(unexplained(lives, [told('restarted', { isRoot: true, boot: 99, killed: BOOT })])).toEqual([]);
    expect(unexplained(log(...RUNNING), [])).toEqual([]);
  });
  it('two incarnations of a thread at once', () => {
    const thread = { tid: 120 };
    const lines: Words[] = [
      [1, 'start', THREAD, 1, thread],
      [500, 'start', THREAD, 2, { tid: 121 }],
      [501, 'tick', THREAD, 1, thread],
    ];
    expect(overlaps(log(...lines), [THREAD])).toEqual([`${THREAD} #1 and #2 ran at once`]);
    expect(overlaps(log(...lines.slice(0, 2)), [THREAD])).toEqual([]);
  });
});
