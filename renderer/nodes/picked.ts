import { Value } from '../store/value.ts';
import type { ListedNode } from './columns.ts';

/** The line that was chosen, by what it is and not by where it stands. */
export interface Picked {
  instance: string;
  id: string;
  /** Of what is supervised, where its successor is found again; null: it has none. */
  lineage: string | null;
}

/** Kept while the app runs: who comes back from a node goes on where they were. */
export const picked = new Value<Picked | null>(null);

export function pickedOf({ instance, id, lineage, kind }: ListedNode): Picked {
  return { instance, id, lineage: kind === 'worker' || kind === 'supervisor' ? lineage : null };
}

/** Where it stands now, or who came after it; -1: not among them. It stays chosen all the same. */
export function indexOf(rows: readonly ListedNode[], wanted: Picked | null): number {
  if (wanted === null) return -1;
  const { instance, id, lineage } = wanted;
  const at = rows.findIndex((row) => row.id === id && row.instance === instance);
  if (at !== -1 || lineage === null) return at;
  const [process_] = id.split('.');
  return rows.findIndex(
    (row) => row.lineage === lineage && row.instance === instance && row.id.startsWith(`${process_}.`),
  );
}
