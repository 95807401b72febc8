/** What a key may do, in rising order of harm (docs/security.md). Granted one by one; none implies another. */
export const CAPABILITIES = ['observe', 'inspect', 'heap', 'control'] as const;

export type Capability = (typeof CAPABILITIES)[number];

export function isCapability(word: string): word is Capability {
  return (CAPABILITIES as readonly string[]).includes(word);
}
