/**
 * V8's limit counts its young generation, three semi-spaces, that what lives long never gets into: measured on
 * 64-bit Linux with --max-old-space-size=256, Node 20 ended at 83 % of its limit, and 24 at 55 %.
 */
const YOUNG_MB = new Map([
  [24, 192],
  [26, 96],
]);
const USUAL_YOUNG_MB = 48;

/** What a heap may really grow to, in MB, by its limit and Node's version (`24.21.0`). */
export function usableHeapMb(limitMb: number, node: string | null): number {
  const youngMb = YOUNG_MB.get(Number.parseInt(node ?? '', 10)) ?? USUAL_YOUNG_MB;
  // A young generation that was made smaller by an option: all of the limit counts.
  return limitMb > youngMb ? limitMb - youngMb : limitMb;
}
