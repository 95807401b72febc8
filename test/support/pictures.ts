import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { App } from './app.ts';
import { axeViolations } from './axe.ts';
import { layoutFaults } from './layout-faults.ts';

/** Where every picture goes, a folder for each file of the gallery, and a page that shows them all. */
const gallery = fileURLToPath(new URL('../../.cache/gallery', import.meta.url));
const docs = fileURLToPath(new URL('../../docs/images', import.meta.url));

/** The smallest window, a laptop's, and the whole of a 4K screen; CSS pixels. */
const SIZES = [
  [1024, 640],
  [1440, 900],
  [3840, 2160],
] as const;
const THEMES = ['light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const USUAL = SIZES[1];

/** What a colour changes is seen in any window: where time is short the largest, most of the work, is taken in one theme. */
function sizesIn(theme: Theme): readonly (readonly [number, number])[] {
  return process.env.CI && theme === 'dark' ? SIZES.slice(0, 2) : SIZES;
}

/** A picture of docs/: the whole window, or one part of it. */
type InDocs = string | { file: string; part: string };

/**
 * The pictures of one file of the gallery. Each view is taken in both themes and all sizes, and fails on cut or
 * overlapping text, on what axe finds, and on whatever the page complained of.
 */
export class Pictures {
  readonly #folder: string;
  readonly #group: string;
  readonly #inDocs: Record<string, InDocs>;

  /** `inDocs`: those that PERCH_UPDATE_IMAGES=1 also puts into docs/images, by `view-theme-width`. */
  constructor(group: string, inDocs: Record<string, InDocs> = {}) {
    this.#group = group;
    this.#folder = path.join(gallery, group);
    this.#inDocs = inDocs;
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Takes the view that the app shows now, and leaves the window as wide as it usually is. */
  async take(app: App, view: string): Promise<void> {
    const { page } = app;
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [width, height] of sizesIn(colorScheme)) {
        await app.resize(width, height);
        const name = pictureName(view, colorScheme, width);
        await page.screenshot({ path: path.join(this.#folder, `${name}.png`) });
        await this.#renewDocs(app, name);
        expect.soft(await layoutFaults(page), name).toEqual([]);
      }
      await app.resize(...USUAL);
      expect.soft(await axeViolations(page), `${view}, ${colorScheme}`).toEqual([]);
    }
    expect(app.complaints).toEqual([]);
  }

  async #renewDocs(app: App, name: string): Promise<void> {
    const inDocs = this.#inDocs[name];
    if (!inDocs || !process.env.PERCH_UPDATE_IMAGES) return;
    const { file, part } = typeof inDocs === 'string' ? { file: inDocs, part: 'body' } : inDocs;
    mkdirSync(docs, { recursive: true });
    await app.page.locator(part).screenshot({ path: path.join(docs, file) });
  }

  /** What of these views was not taken, and what else lies there; empty when the gallery is whole. */
  difference(views: readonly string[]): string[] {
    const wanted = views.flatMap((view) =>
      THEMES.flatMap((theme) => sizesIn(theme).map(([width]) => `${pictureName(view, theme, width)}.png`)),
    );
    const there = readdirSync(this.#folder);
    writeSheet(this.#group);
    return [
      ...wanted.filter((file) => !there.includes(file)).map((file) => `missing: ${file}`),
      ...there.filter((file) => !wanted.includes(file)).map((file) => `nobody asked for: ${file}`),
      ...Object.keys(this.#inDocs)
        .filter((name) => !wanted.includes(`${name}.png`))
        .map((name) => `docs/ wants a picture that nobody takes: ${name}`),
    ];
  }
}

/**
 * The whole window: Playwright's own picture of a zoomed page is a quarter of it. Gives its size, in pixels of the screen.
 */
export async function takeWindow({ page }: App, file: string): Promise<{ width: number; height: number }> {
  const chromium = await page.context().newCDPSession(page);
  const { data } = await chromium.send('Page.captureScreenshot', { format: 'png' });
  await chromium.detach();
  const png = Buffer.from(data, 'base64');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, png);
  // IHDR comes first in every PNG.
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

/** Of the window, as the person does it by keys. */
export async function zoomTo(
  { electron, page, resize }: App,
  factor: number,
  width = 1024,
  height = 640,
): Promise<void> {
  await resize(width, height);
  await electron.evaluate(
    ({ BrowserWindow }, given) => BrowserWindow.getAllWindows()[0]!.webContents.setZoomFactor(given),
    factor,
  );
  await page.waitForFunction((wanted) => innerWidth === wanted, Math.round(width / factor));
}

function pictureName(view: string, theme: string, width: number): string {
  return `${view.replaceAll(/[^\w.+-]+/g, '-')}-${theme}-${width}`;
}

/** A page to look at a group's pictures with: small, each opens at its own size. */
function writeSheet(group: string): void {
  const pictures = readdirSync(path.join(gallery, group)).sort();
  const figure = (file: string) =>
    `<figure><a href="${group}/${file}"><img loading="lazy" src="${group}/${file}"></a><figcaption>${file}</figcaption></figure>`;
  const style =
    'body{font:14px system-ui;background:#777}figure{display:inline-block;margin:8px}img{width:460px;display:block}';
  writeFileSync(
    path.join(gallery, `${group}.html`),
    `<!doctype html><meta charset="utf-8"><title>${group}</title><style>${style}</style>\n${pictures.map(figure).join('\n')}\n`,
  );
}
