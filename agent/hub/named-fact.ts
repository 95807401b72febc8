import type { LedgerFact, NodeRef } from '../../protocol/ledger.ts';
import type { WireFact, WireRef } from '../probe/messages.ts';

/** The same fact with ids in place of serials. */
export function named(
  fact: WireFact,
  idOf: (serial: number) => string,
): LedgerFact & { at: number; t: number } {
  const name = ({ serial, lineage, incarnation }: WireRef): NodeRef => ({
    id: idOf(serial),
    lineage,
    incarnation,
  });
  const all: Record<string, unknown> = { ...fact };
  for (const key of ['node', 'by', 'previous'] as const) if (all[key]) all[key] = name(all[key] as WireRef);
  if (Array.isArray(all.affected)) all.affected = (all.affected as WireRef[]).map(name);
  return all as LedgerFact & { at: number; t: number };
}
