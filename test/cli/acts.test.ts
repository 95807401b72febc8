import { expect, it } from 'vitest';
import { exitCodeOf } from '../../cli/act/outcome.ts';
import { OUTCOMES } from '../../protocol/act.ts';

it('every outcome of an act has its exit code', () => {
  expect(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, exitCodeOf(outcome)]))).toEqual({
    restarted: 0,
    'not-restarted': 0,
    done: 0,
    refused: 4,
    gone: 5,
    escalated: 6,
    straggler: 6,
    'not-recovered': 6,
  });
});
