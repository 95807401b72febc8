/** The colours of the theme as a canvas takes them. */
export type Ink = Record<(typeof INKS)[number], string>;

export const INKS = [
  'ground',
  'block',
  'many',
  'line',
  'text',
  'soft',
  'ended',
  'waiting',
  'warn',
  'warn-below',
  'warn-text',
  'bad',
  'bad-below',
  'bad-text',
  'bad-below-text',
  'selected',
  'hovered',
  'faded',
] as const;

/**
 * Reads the colours off elements that wear them (icicle.css): what a token resolves to in this theme is known to the
 * style of an element only.
 */
export function inkOf(pots: HTMLElement): Ink {
  const ink: Partial<Ink> = {};
  for (const pot of pots.children) {
    ink[(pot as HTMLElement).dataset.ink as keyof Ink] = getComputedStyle(pot).color;
  }
  return ink as Ink;
}
