/**
 * The colours an environment can be told by. None of them means anything else here: red is trouble, amber a warning,
 * orange a window that may act, blue what can be pressed.
 */
export const COLOURS = ['magenta', 'violet', 'teal', 'green', 'brown'] as const;
export type Colour = (typeof COLOURS)[number];

/** What an environment wears wherever it is worked with. */
export interface Wear {
  colour: Colour;
  /** The word stands beside the colour. */
  isProduction: boolean;
}

export function isColour(text: string): text is Colour {
  return (COLOURS as readonly string[]).includes(text);
}

/** Production always wears a colour; any other environment does when the inventory gave it one. */
export function wearOf(isProduction: boolean, colour: Colour | null): Wear | null {
  if (!isProduction && colour === null) return null;
  return { colour: colour ?? 'magenta', isProduction };
}
