import { CONF_LIMITS } from './profile.ts';

/** What a `.conf` consists of, before any meaning: sections and `Key = value` lines, comments gone. */
export type ConfLine =
  | { readonly kind: 'section'; readonly line: number; readonly name: string }
  | { readonly kind: 'pair'; readonly line: number; readonly key: string; readonly value: string };

/** Why a file is refused. `line` is 1-based; null when it is about the whole file. Never carries a value. */
export interface ConfProblem {
  readonly line: number | null;
  readonly words: string;
}

export interface ConfText {
  readonly lines: ConfLine[];
  readonly problems: ConfProblem[];
  /** Lines that `wg-quick` would run as root, as bash would see them: it drops NUL bytes and ignores case. */
  readonly hooks: { readonly line: number; readonly key: string }[];
}

export function readLines(bytes: Uint8Array): ConfText {
  const refused = (words: string): ConfText => ({ lines: [], problems: [{ line: null, words }], hooks: [] });
  if (bytes.length > CONF_LIMITS.maxBytes) {
    return refused(`the file is larger than ${CONF_LIMITS.maxBytes / 1024} KiB; a WireGuard file is not`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused('the file is not UTF-8 text; save it again as UTF-8');
  }
  const read: ConfText = { lines: [], problems: [], hooks: [] };
  for (const [index, raw] of text.split('\n').entries()) readLine(raw.replace(/\r$/, ''), index + 1, read);
  return read;
}

function readLine(raw: string, line: number, into: ConfText): void {
  const hidden = HIDDEN.exec(raw);
  const plain = raw.replaceAll(new RegExp(HIDDEN, 'gu'), '').split('#')[0]!.trim();
  const name = plain.split('=')[0]!.replaceAll(/[^A-Za-z]/g, '');
  const hook = HOOKS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (hook) into.hooks.push({ line, key: hook });
  if (hidden) {
    const code = hidden[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    into.problems.push({ line, words: `holds a character that does not show (U+${code}); remove it` });
    return;
  }
  if (plain === '' || hook) return;
  if (plain.startsWith('[')) {
    const section = /^\[\s*([A-Za-z]+)\s*\]$/.exec(plain);
    if (section) into.lines.push({ kind: 'section', line, name: section[1]! });
    else into.problems.push({ line, words: 'is no section; there are [Interface] and [Peer]' });
    return;
  }
  const at = plain.indexOf('=');
  const key = plain.slice(0, Math.max(0, at)).trim();
  const value = plain.slice(at + 1).trim();
  if (at < 1 || key === '') into.problems.push({ line, words: 'is not of the form `Key = value`' });
  else if (value === '') into.problems.push({ line, words: `${showKey(key)} has no value` });
  else into.lines.push({ kind: 'pair', line, key, value });
}

/** A key as it may be shown. What does not look like one may be a secret in the wrong place. */
export function showKey(key: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,29}$/.test(key) ? `"${key}"` : 'the key of this line';
}

const HOOKS = ['PreUp', 'PostUp', 'PreDown', 'PostDown'] as const;

/**
 * Characters that do not show, or show what is not there: controls (a tab is none), marks that turn the direction
 * of text, zero-width ones, a byte order mark inside the text, other line ends.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/u;
