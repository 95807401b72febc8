import type { SavedKind } from '../../electron/ipc.ts';
import { asPerchError } from '../../protocol/errors.ts';
import { ask } from '../bridge.ts';
import { show } from '../store/interface.ts';
import { offeredNow } from './offered.ts';
import { canvasPen, type Picture, svgOf } from './pen.ts';

/** What a canvas holds at most in some browsers' memory: 32 million pixels, 16,000 along one side. */
const MAX_PIXELS = 32_000_000;
const MAX_SIDE = 16_000;

export function saveSvg(): void {
  const picture = offeredNow('picture');
  const made = picture?.make();
  if (picture && made) void save('svg', picture.name, async () => svgOf(made));
}

export function savePng(): void {
  const picture = offeredNow('picture');
  if (!picture) return;
  const image = picture.image?.();
  const made = picture.make();
  if (image) void save('png', picture.name, async () => base64Of(image));
  else if (made) void save('png', picture.name, async () => base64Of(drawn(made)));
}

export function saveCsv(): void {
  const table = offeredNow('table');
  if (table) void save('csv', table.name, async () => table.csv());
}

/** True, or why there is nothing to save. */
export function saveOffer(kind: SavedKind): true | string {
  if (kind === 'csv')
    return offeredNow('table') ? true : 'No table is shown: choose the outline or the list of nodes.';
  const picture = offeredNow('picture');
  if (!picture) return 'No picture is shown: choose the drawing or the icicle.';
  return kind === 'svg' && !picture.make() ? 'This picture is saved as PNG.' : true;
}

async function save(kind: SavedKind, name: string, make: () => Promise<string>): Promise<void> {
  try {
    const saved = await ask('save-file', { kind, name: `${name}.${kind}`, data: await make() });
    if (saved) show({ notice: { isBad: false, words: `Saved ${saved.file}` } });
  } catch (thrown) {
    const { message, mend } = asPerchError(thrown);
    show({ notice: { isBad: true, words: message, mend } });
  }
}

function drawn(picture: Picture): HTMLCanvasElement {
  const { width, height } = picture;
  const canvas = document.createElement('canvas');
  const scale = Math.min(2, Math.sqrt(MAX_PIXELS / (width * height)), MAX_SIDE / Math.max(width, height));
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  picture.paint(canvasPen(context));
  return canvas;
}

/** Without what a data URL begins with. */
function base64Of(canvas: HTMLCanvasElement): string {
  return canvas.toDataURL('image/png').split(',')[1] ?? '';
}
