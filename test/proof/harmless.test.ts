/** Acts that end nothing, against logs that were doctored: the oracle finds each way in which a word could be untrue. */
import { describe, expect, it } from 'vitest';
import { HELD } from '../../client/act-held.ts';
import { isHarmless } from '../support/proof/harmless.ts';
import { Lives, type LogLine } from '../support/proof/lives.ts';
import { contradictions, type Told } from '../support/proof/oracle.ts';

const BOOT = 100;
const KEEPER = 'app/pool/keeper';

type Words = [t: number, what: LogLine['what'], more?: Partial<LogLine>];

/** The keeper, process 300, counts every 100 ms until then, but for the times in which it stands still. */
function log(
  until: number,
  stands: readonly (readonly [from: number, to: number])[],
  ...more: Words[]
): Lives {
  const lives = new Lives();
  const add = (t: number, what: LogLine['what'], other: Partial<LogLine> = {}) =>
    lives.add({ t, what, pid: 300, tid: 300, boot: BOOT, lineage: KEEPER, incarnation: 1, ...other });
  lives.add({ t: 0, what: 'boot', pid: BOOT, tid: BOOT, boot: BOOT });
  add(1, 'start');
  for (let t = 50; t <= until; t += 100) {
    if (!stands.some(([from, to]) => t > from && t < to)) add(t, 'tick');
  }
  for (const [t, what, other] of more) add(t, what, other);
  return lives;
}

/** Asked for at 1000, answered at 1100. */
function told(
  act: string,
  outcome: NonNullable<Told['document']>['outcome'],
  more: Partial<Told> = {},
): Told {
  return {
    call: 'c',
    act,
    subjects: [KEEPER],
    blast: [],
    dropped: [],
    incarnation: 1,
    namesWorker: true,
    isRoot: false,
    boot: BOOT,
    askedAt: 1000,
    answeredAt: 1100,
    closedAt: 60_000,
    timeoutMs: 500,
    document: { outcome, successor: null, words: '' },
    releasedAt: null,
    isServiceCut: false,
    killed: null,
    ...more,
  };
}
const found = (claim: Told, lives: Lives) => contradictions(claim, lives).join('\n');

describe('a suspend', () => {
  const lease = { leaseMs: 3000 };
  const done = (more: Partial<Told> = {}) => told('suspend', 'done', { ...lease, ...more });
  it('holds it until its lease is over', () => expect(found(done(), log(20_000, [[1050, 4060]]))).toBe(''));
  it('done, and it counted before that was over', () => {
    expect(found(done(), log(20_000, []))).toContain('and it counted 50.0 ms after the answer');
    expect(found(done(), log(20_000, [[1050, 2000]]))).toContain('and it counted');
  });
  it('done, and it stood still for longer', () =>
    expect(found(done(), log(20_000, [[1050, 9000]]))).toContain('stood still afterwards'));
  it('ends with its session, its hub, or the next act; not much later', () => {
    const long = done({ leaseMs: 12_000, releasedAt: 2000 });
    expect(found(long, log(20_000, [[1050, 2010]]))).toBe('');
    expect(found(long, log(20_000, [[1050, 4500]]))).toBe('');
    expect(found(long, log(20_000, [[1050, 12_060]]))).toContain('stood still afterwards');
    expect(found(done({ leaseMs: 12_000, closedAt: 1500 }), log(20_000, [[1050, 1510]]))).toBe('');
  });
  it('is not judged by what an end, or the end of the proof, left uncounted', () => {
    const ends = (t: number): Words => [t, 'absent', { boot: undefined }];
    expect(found(done({ closedAt: 1500 }), log(1040, [], ends(2000)))).toBe('');
    expect(found(done(), log(1040, [], ends(1090)))).toContain('a bystander, ended');
    expect(found(done(), log(1040, []))).toBe('');
  });
  it('not recovered: it goes on where that is said', () => {
    const words = `The connection was lost: ${HELD['goes on']}`;
    const claim = { ...lease, document: { outcome: 'not-recovered', successor: null, words } } as const;
    expect(found(told('suspend', 'not-recovered', claim), log(20_000, [[1050, 1150]]))).toBe('');
    expect(found(told('suspend', 'not-recovered', claim), log(20_000, [[1050, 4060]]))).toContain(
      'stood still',
    );
    const unseen = {
      ...claim,
      document: { ...claim.document, words: `The connection was lost: ${HELD.unknown}` },
    };
    expect(found(told('suspend', 'not-recovered', unseen), log(20_000, [[1050, 4060]]))).toBe('');
  });
  it('refused, and it stood still', () => {
    expect(found(told('suspend', 'refused', lease), log(20_000, []))).toBe('');
    expect(found(told('suspend', 'refused', lease), log(20_000, [[1050, 4060]]))).toContain('stood still');
  });
  it('claims nothing where the client was told an error', () =>
    expect(found(told('suspend', 'done', { document: null }), log(20_000, [[1050, 9000]]))).toBe(''));
});

describe('a resume', () => {
  it('done or refused, it counts', () => {
    for (const outcome of ['done', 'refused'] as const) {
      expect(found(told('resume', outcome), log(20_000, [[500, 1150]]))).toBe('');
      expect(found(told('resume', outcome), log(20_000, [[500, 4060]]))).toContain('stood still afterwards');
    }
  });
  it('refused since the hub that held it has died: it goes on by itself', () => {
    const error = { code: 'NOT_OBSERVED', message: '', facts: {} } as const;
    const claim = told('resume', 'refused', {
      document: { outcome: 'refused', successor: null, words: '', error },
    });
    expect(found(claim, log(20_000, [[500, 3800]]))).toBe('');
    expect(found(claim, log(20_000, [[500, 9000]]))).toContain('stood still afterwards');
  });
});

describe('a signal', () => {
  const sent = (outcome: 'done' | 'refused' | 'gone', more: Partial<Told> = {}) =>
    told('signal', outcome, { signal: 'SIGWINCH', ...more });
  const got: Words = [1050, 'signal'];
  it('done, and got once', () => {
    expect(found(sent('done'), log(5000, [], got))).toBe('');
    expect(found(sent('done'), log(5000, []))).toContain('got no signal');
    expect(found(sent('done'), log(5000, [], got, [1060, 'signal']))).toContain('got 2 signals');
  });
  it('refused or gone, and not got', () => {
    expect(found(sent('refused'), log(5000, []))).toBe('');
    expect(found(sent('gone'), log(5000, [], got))).toContain('got 1 signal');
  });
  it('an error, and got once at most', () => {
    expect(found(sent('done', { document: null }), log(5000, [], got))).toBe('');
    expect(found(sent('done', { document: null }), log(5000, [], got, [1060, 'signal']))).toContain('got 2');
  });
  it('is not another process’s', () =>
    expect(found(sent('done'), log(5000, [], got, [1060, 'signal', { pid: BOOT }]))).toBe(''));
  it('that would end it is judged by its end', () => {
    const term = (outcome: 'done' | 'restarted') =>
      told('signal', outcome, { signal: 'SIGTERM', blast: [KEEPER] });
    const ended: Words[] = [
      [1040, 'absent', { boot: undefined }],
      [1060, 'start', { pid: 301, tid: 301, incarnation: 2 }],
    ];
    expect(isHarmless(term('done'))).toBe(false);
    expect(found(term('restarted'), log(1030, [], ...ended))).toBe('');
    expect(found(term('done'), log(1030, [], ...ended))).toContain('told that it still runs');
    expect(found(term('done'), log(5000, []))).toBe('');
    expect(found(term('restarted'), log(5000, []))).toContain('never ended');
  });
});

describe('a break', () => {
  const spin: Words = [600, 'spin'];
  const broken = (outcome: 'done' | 'refused' | 'not-recovered') => told('break', outcome);
  it('done, and it counts', () => expect(found(broken('done'), log(20_000, [[600, 1090]], spin))).toBe(''));
  it('done, and it stands still', () =>
    expect(found(broken('done'), log(20_000, [[600, 4600]], spin, [4600, 'spun']))).toContain('stood still'));
  it('done, and it had come to its end by itself, or never stood still', () => {
    expect(found(broken('done'), log(20_000, [[600, 1000]], spin, [1000, 'spun']))).toContain('by itself');
    expect(found(broken('done'), log(20_000, []))).toContain('did not stand still');
  });
  it('refused, and it was ended by it', () => {
    expect(found(broken('refused'), log(20_000, [[600, 4600]], spin, [4600, 'spun']))).toBe('');
    expect(found(broken('refused'), log(20_000, [[600, 1090]], spin))).toContain('was ended by it');
  });
  it('may not have ended who ran it', () =>
    expect(
      found(broken('not-recovered'), log(590, [], spin, [1050, 'absent', { boot: undefined }])),
    ).toContain('a bystander, ended'));
});
