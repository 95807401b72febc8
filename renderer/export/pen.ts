export interface Look {
  fill?: string;
  stroke?: string;
  width?: number;
  dash?: readonly number[];
}

/** What a picture is made with, so that the same lines give an SVG and an image. Pixels of the page. */
export interface Pen {
  rect(x: number, y: number, width: number, height: number, radius: number, look: Look): void;
  /** `d` as in SVG, moved by `x` and `y`. */
  path(x: number, y: number, d: string, look: Look): void;
  /** On its base line, in the face of the screen. */
  text(x: number, y: number, words: string, look: { fill: string; size: number; widthPx: number }): void;
}

/** A whole picture, as large as it has to be. */
export interface Picture {
  width: number;
  height: number;
  paint(pen: Pen): void;
}

export const FACE = "'Inter Variable', Inter, system-ui, sans-serif";

/** An SVG that needs nothing beside it: no style sheet, no font file, no script. */
export function svgOf({ width, height, paint }: Picture): string {
  const parts: string[] = [];
  paint({
    rect: (x, y, w, h, radius, look) =>
      parts.push(
        `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}"${radius ? ` rx="${radius}"` : ''}${attributes(look)}/>`,
      ),
    path: (x, y, d, look) => {
      const moved = x === 0 && y === 0 ? '' : ` transform="translate(${round(x)} ${round(y)})"`;
      parts.push(`<path d="${escaped(d)}"${moved}${attributes(look)}/>`);
    },
    // In another face it is drawn as wide as it was measured, so that nothing runs over.
    text: (x, y, words, { fill, size, widthPx }) =>
      parts.push(
        `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${escaped(fill)}" textLength="${round(widthPx)}" lengthAdjust="spacingAndGlyphs">${escaped(words)}</text>`,
      ),
  });
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FACE}">\n${parts.join('\n')}\n</svg>\n`;
}

/** The same on a canvas. */
export function canvasPen(context: CanvasRenderingContext2D): Pen {
  const draw = (path: Path2D, { fill, stroke, width = 1, dash = [] }: Look) => {
    if (fill) {
      context.fillStyle = fill;
      context.fill(path);
    }
    if (!stroke) return;
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.setLineDash([...dash]);
    context.stroke(path);
  };
  return {
    rect(x, y, w, h, radius, look) {
      const path = new Path2D();
      path.roundRect(x, y, w, h, radius);
      draw(path, look);
    },
    path(x, y, d, look) {
      const path = new Path2D();
      path.addPath(new Path2D(d), new DOMMatrix([1, 0, 0, 1, x, y]));
      draw(path, look);
    },
    text(x, y, words, { fill, size }) {
      context.fillStyle = fill;
      context.font = `${size}px ${FACE}`;
      context.fillText(words, x, y);
    },
  };
}

function attributes({ fill, stroke, width, dash }: Look): string {
  const dashes = dash?.length ? ` stroke-dasharray="${dash.join(' ')}"` : '';
  const line = stroke ? ` stroke="${escaped(stroke)}" stroke-width="${width ?? 1}"${dashes}` : '';
  return ` fill="${escaped(fill ?? 'none')}"${line}`;
}

function round(px: number): number {
  return Math.round(px * 100) / 100;
}

/** Names come from the service. What XML cannot have at all is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
