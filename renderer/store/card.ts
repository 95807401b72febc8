import { Value } from './value.ts';

/** A line of the timeline whose card is open; null: none. */
export const openedRow = new Value<{ instance: string; row: string } | null>(null);
