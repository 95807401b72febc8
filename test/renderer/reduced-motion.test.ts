import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { brokenPage } from '../../electron/broken-page.ts';

/** Whoever asked their system for less motion sees none: no style and no script moves anything then. */
const renderer = fileURLToPath(new URL('../../renderer', import.meta.url));
const files = (end: RegExp) =>
  readdirSync(renderer, { recursive: true, encoding: 'utf8' })
    .filter((file) => end.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(renderer, file), 'utf8') }));

const ALLOWED = '@media (prefers-reduced-motion: no-preference)';
const MOVES = /(?:^|[\s;{])(?:animation|transition|scroll-behavior|view-transition)[\w-]*\s*:/;

/** Without comments and without what stands where motion is welcome. */
function outsideOf(css: string): { left: string; welcome: number } {
  let left = css.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  let welcome = 0;
  for (let at = left.indexOf(ALLOWED); at !== -1; at = left.indexOf(ALLOWED)) {
    let end = left.indexOf('{', at) + 1;
    for (let depth = 1; depth > 0; end++) depth += left[end] === '{' ? 1 : left[end] === '}' ? -1 : 0;
    left = left.slice(0, at) + left.slice(end);
    welcome++;
  }
  return { left, welcome };
}

test('every animation and transition of every style stands where motion is welcome', () => {
  const styles = [...files(/\.css$/), { file: 'broken-page', text: brokenPage('', '', '') }];
  expect(styles.length).toBeGreaterThan(15);
  const read = styles.map(({ file, text }) => ({ file, ...outsideOf(text) }));
  expect(read.filter(({ left }) => MOVES.test(left)).map(({ file }) => file)).toEqual([]);
  expect(read.reduce((sum, { welcome }) => sum + welcome, 0)).toBeGreaterThan(0);
});

test('what is looked for is found', () => {
  for (const css of ['a { transition: all 1s }', 'a{animation-name:x}', '* { scroll-behavior: smooth; }']) {
    expect(MOVES.test(outsideOf(css).left)).toBe(true);
    expect(MOVES.test(outsideOf(`${ALLOWED} { ${css} b { color: red } }`).left)).toBe(false);
  }
  expect(MOVES.test(outsideOf(`${ALLOWED} { a {} } b { transition: all 1s }`).left)).toBe(true);
});

test('no script animates a style, and what glides on a canvas asks first', () => {
  const scripts = files(/\.tsx?$/);
  const moving = scripts.filter(({ text }) =>
    /\.animate\(|behavior: '(?!auto|instant)|startViewTransition|\b(?:transition|animation)\w*: ?['"`]/.test(
      text,
    ),
  );
  expect(moving.map(({ file }) => file)).toEqual([]);
  // The one canvas that glides; test/e2e/icicle.test.ts looks at it.
  const gliding = scripts.filter(
    ({ text }) => /_MS\b/.test(text) && /requestAnimationFrame\(\(now\)/.test(text),
  );
  expect(gliding.map(({ file }) => file)).toEqual(['icicle/easel.ts']);
});
