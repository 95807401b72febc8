import { expect, it } from 'vitest';
import { findingLines } from '../../cli/commands/audit.ts';
import { paintWith } from '../../cli/text/paint.ts';

it('of many findings the first few are told, and how many more there are', () => {
  const findings = Array.from({ length: 7 }, (_, at) => ({
    kind: 'truncated' as const,
    seq: at,
    words: `a receipt was given for record ${at}`,
  }));
  const lines = findingLines(findings, paintWith(false));
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe('truncated: a receipt was given for record 0');
  expect(lines.at(-1)).toBe('… 2 more');
  expect(findingLines(findings.slice(0, 2), paintWith(false))).toHaveLength(2);
});
