import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultOf, withDefault, withoutDefault } from '../../../electron/open-links/mimeapps.ts';

const TYPE = 'x-scheme-handler/perch';
const OURS = 'perch-links.desktop';
const on = (text: string) => withDefault(text, TYPE, OURS);
const off = (text: string) => withoutDefault(text, TYPE, OURS);

test('a file that is not there yet begins with it, and is empty again without it', () => {
  expect(on('')).toBe(`[Default Applications]\n${TYPE}=${OURS};\n`);
  expect(defaultOf(on(''), TYPE)).toBe(OURS);
  expect(off(on('')).trim()).toBe('');
});

test('whatever else stands there stays, to the letter', () => {
  const text = `# mine\n[Added Associations]\ntext/html=a.desktop;b.desktop;\n\n[Default Applications]\ntext/html=a.desktop\n\n[Other]\n${TYPE}=no.desktop\n`;
  const after = on(text);
  expect(after).toBe(text.replace('text/html=a.desktop\n\n', `text/html=a.desktop\n${TYPE}=${OURS};\n\n`));
  expect(off(after)).toBe(text);
  expect(defaultOf(text, TYPE)).toBeNull();
});

test('who opened such links before comes second, and is first again afterwards', () => {
  const text = `[Default Applications]\n ${TYPE} = other.desktop ;${OURS};third.desktop\n`;
  expect(on(text)).toBe(`[Default Applications]\n${TYPE}=${OURS};other.desktop;third.desktop;\n`);
  expect(defaultOf(off(on(text)), TYPE)).toBe('other.desktop');
  expect(on(on(text))).toBe(on(text));
});

test('on and off again leaves every file as it was, whatever is in it', () => {
  const line = fc.constantFrom(
    ...[
      '[Default Applications]',
      '[Added Associations]',
      '[Removed Associations]',
      '',
      '# x',
      'text/html=a.desktop;',
    ],
    ...['image/png=b.desktop', `x-scheme-handler/perchance=c.desktop;`],
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
      expect(defaultOf(on(text), TYPE)).toBe(OURS);
      const entries = (of: string) => of.split('\n').filter((each) => each.includes('='));
      expect(entries(off(on(text)))).toEqual(entries(text));
      expect(entries(on(text)).filter((each) => !each.startsWith(`${TYPE}=`))).toEqual(entries(text));
    }),
  );
});
