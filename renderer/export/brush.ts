import type { Brush } from '../icicle/paint.ts';
import type { Pen } from './pen.ts';

/** A brush of the icicle that gives a pen what it paints. `ruler` measures the words. */
export function brushOf(pen: Pen, ruler: Brush): Brush {
  const brush: Brush = {
    fillStyle: '',
    textBaseline: 'alphabetic',
    font: '',
    fillRect: (x, y, width, height) => pen.rect(x, y, width, height, 0, { fill: String(brush.fillStyle) }),
    fillText(words, x, y) {
      const size = Number.parseFloat(/([\d.]+)px/.exec(brush.font)?.[1] ?? '12');
      // A pen writes on the base line.
      const base = brush.textBaseline === 'middle' ? y + size * 0.36 : y;
      const widthPx = brush.measureText(words).width;
      pen.text(x, base, words, { fill: String(brush.fillStyle), size, widthPx });
    },
    measureText(words) {
      ruler.font = brush.font;
      return ruler.measureText(words);
    },
  };
  return brush;
}
