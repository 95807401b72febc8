/** Colour is for trouble, weight for what leads the eye; without a terminal text passes unchanged. */
export interface Paint {
  trouble(text: string): string;
  caution(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

export function paintWith(isColoured: boolean): Paint {
  const sgr = (on: number, off: number) => (text: string) =>
    isColoured && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return { trouble: sgr(31, 39), caution: sgr(33, 39), strong: sgr(1, 22), faint: sgr(2, 22) };
}
