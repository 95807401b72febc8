let context: CanvasRenderingContext2D | null = null;
const known = new Map<string, number>();

/** The width of a text in the face of the drawing, in pixels. */
export function textWidth(text: string): number {
  const found = known.get(text);
  if (found !== undefined) return found;
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return text.length * 7;
  // Figures are tabular: each as wide as a nought.
  context.font = "12.5px 'Inter Variable', system-ui, sans-serif";
  const { width } = context.measureText(text.replace(/\d/g, '0'));
  // Before the face is loaded a width would be another face's.
  if (document.fonts.check(context.font)) {
    if (known.size > 5000) known.clear();
    known.set(text, width);
  }
  return width;
}
