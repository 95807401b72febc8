import type { LedgerEvent } from '../../../protocol/ledger.ts';
import { redactText } from '../../inspect/redact.ts';
import { eventWithoutValues } from '../lost/without-values.ts';

/** One event in the box; a stack or a list of a thousand siblings is not worth a hundred other events. */
const MAX_CHARS = 4000;
const MAX_TEXT_CHARS = 1000;
const MAX_LIST = 20;

/**
 * An event as it stands on the disk: bounded, texts without what looks like a secret, and of what a kill lost the
 * places only, never a value of the service's state.
 */
export function boxEvent(event: LedgerEvent): string {
  const json = JSON.stringify(eventWithoutValues(event), bounded);
  if (json.length <= MAX_CHARS) return json;
  const { kind, node, at, t, seq } = event;
  const reason = 'reason' in event ? bounded('reason', event.reason) : undefined;
  return JSON.stringify({ kind, node, at, t, seq, ...(reason === undefined ? {} : { reason }) });
}

function bounded(_: string, value: unknown): unknown {
  if (typeof value === 'string') return redactText(value.slice(0, MAX_TEXT_CHARS));
  if (Array.isArray(value)) return value.slice(0, MAX_LIST);
  return value;
}
