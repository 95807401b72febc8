/** A name or word of the service in one line: what would move the cursor or break a table is made visible. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, (character) =>
    character === '\n' ? '\\n' : character === '\t' ? '\\t' : escaped(character),
  );
}

/**
 * Lets through line ends and the few colours this program uses itself; every other control character becomes
 * text. Whatever a service calls itself, it cannot drive the terminal of who looks at it.
 */
export function safeForTerminal(text: string): string {
  return text.replace(COLOUR_OR_CONTROL, (found) =>
    found === '\n' || OWN_COLOURS.has(found) ? found : `${escaped(found)}${found.slice(1)}`,
  );
}

/** The same value in JSON: what JSON lets through but a terminal would obey (C1, DEL, bidi) is written as \\u…. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    CONTROL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const CONTROL = /\p{Cc}|\p{Bidi_Control}|[\u2028\u2029]/gu;
const COLOUR_OR_CONTROL = /\p{Cc}\[\d+m|\p{Cc}|\p{Bidi_Control}/gu;
const OWN_COLOURS: ReadonlySet<string> = new Set([1, 2, 22, 31, 33, 39].map((code) => `\u001b[${code}m`));

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code > 0xff
    ? `\\u${code.toString(16).padStart(4, '0')}`
    : `\\x${code.toString(16).padStart(2, '0')}`;
}

const COLOUR = /\p{Cc}\[\d+m/gu;

export function withoutColour(text: string): string {
  return text.replace(COLOUR, '');
}

/** Columns that the text takes in a terminal, near enough: wide characters of East Asia and emoji count two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of withoutColour(text)) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** At most `columns` wide, with `…` where something was cut. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}
