import { expect, it } from 'vitest';
import { missedBefore } from '../../cli/commands/ledger.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';

const from = (seq: number): LedgerEvent[] => [{ seq } as LedgerEvent, { seq: seq + 1 } as LedgerEvent];

it.each([
  ['all is there', { events: from(1), firstSeq: 1 }, 1, 0],
  ['just the one asked for is gone', { events: from(7), firstSeq: 7 }, 6, 1],
  ['many are gone', { events: from(1200), firstSeq: 1200 }, 1, 1199],
  ['what is asked for is kept, older ones are not', { events: from(50), firstSeq: 20 }, 50, 0],
  ['nothing has happened since', { events: [], firstSeq: 20 }, 41, 0],
  ['nothing has happened at all', { events: [], firstSeq: 1 }, 1, 0],
  ['all that was asked for is gone', { events: [], firstSeq: 20 }, 12, 8],
])('%s', (_, answer, next, missed) => expect(missedBefore(answer, next)).toBe(missed));
