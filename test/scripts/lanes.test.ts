import { describe, expect, it } from 'vitest';
import {
  chooseLanes,
  failedLines,
  judge,
  LANES,
  laneLine,
  sumLine,
  type VitestReport,
} from '../../scripts/lanes.ts';

const report = (counts: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...counts,
});

describe('a lane', () => {
  it('passes when it has tests and all of them passed', () => {
    expect(judge(report({ numPassedTests: 3 }), 0)).toEqual({ passed: 3, failed: 0, faults: [], tests: [] });
  });

  it.each([
    ['no test', report({}), 0, 'it has no test'],
    ['a skipped test', report({ numPassedTests: 3, numPendingTests: 1 }), 0, '1 skipped or todo'],
    ['a todo', report({ numPassedTests: 3, numTodoTests: 2 }), 0, '2 skipped or todo'],
    ['an error outside of tests', report({ numPassedTests: 3 }), 1, 'it ended with 1 outside of its tests'],
    ['no report', null, null, 'it ended with null and without a report'],
  ])('fails with %s, counted as one failed', (_, given, exitCode, fault) => {
    const outcome = judge(given, exitCode);
    expect(outcome.failed).toBe(1);
    expect(outcome.faults).toEqual([fault]);
  });

  it('counts its failed tests, and names them', () => {
    const assertionResults = [
      { status: 'passed', fullName: 'a tree grows' },
      { status: 'failed', fullName: 'a tree falls' },
    ];
    const testResults = [{ name: '/home/a/test/tree.test.ts', assertionResults }];
    const outcome = judge(report({ numPassedTests: 1, numFailedTests: 1, testResults }), 1);
    expect(outcome).toEqual({ passed: 1, failed: 1, faults: [], tests: ['tree.test.ts > a tree falls'] });
    expect(failedLines('unit', { ...outcome, faults: ['1 skipped or todo'] })).toEqual([
      'unit       1 skipped or todo',
      'unit       tree.test.ts > a tree falls',
    ]);
  });

  it('is one line', () => {
    expect(laneLine('unit', 0.26, { passed: 12, failed: 0, faults: [], tests: [] })).toBe(
      'unit         0.3 min     12 passed',
    );
    expect(laneLine('ssh', 1, { passed: 1, failed: 1, faults: ['it has no test'], tests: [] })).toContain(
      '1 passed, 1 failed (it has no test)',
    );
  });
});

describe('the lanes', () => {
  it('are all run without names, and only those named otherwise, in their own order', () => {
    expect(chooseLanes([])).toBe(LANES);
    expect(chooseLanes(['e2e', 'unit']).map(({ name }) => name)).toEqual(['unit', 'e2e']);
    expect(() => chooseLanes(['unti'])).toThrow(/no lane unti; there are check, unit,/);
  });

  it('end in the plain sum', () => {
    expect(
      sumLine([
        { passed: 3, failed: 0, faults: [], tests: [] },
        { passed: 4, failed: 1, faults: [], tests: [] },
      ]),
    ).toBe('7 passed, 1 failed');
  });
});
