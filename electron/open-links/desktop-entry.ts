import { PerchError } from '../../protocol/errors.ts';

/** What a shell, or the format itself, would read as more than a character (Desktop Entry Specification, "The Exec key"). */
const RESERVED = /[\s"'\\><~|&;$*?#()`]/;

/**
 * A desktop entry that opens links of a scheme with a program. It stands in no menu: links are all that it is for. Throws
 * NOT_ON_THIS_SYSTEM for a path that none can carry.
 */
export function desktopEntry(words: readonly string[], scheme: string): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Perch',
    `Comment=Opens ${scheme}:// links`,
    `Exec=${[...words.map(execWord), '%u'].join(' ')}`,
    'Terminal=false',
    'NoDisplay=true',
    `MimeType=x-scheme-handler/${scheme};`,
    '',
  ].join('\n');
}

/** Quoted only where it must be: some programs that open links read no quotes. */
function execWord(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what no line may hold.
  if (word === '' || /[\x00-\x1f\x7f]/.test(word)) {
    throw new PerchError(
      'NOT_ON_THIS_SYSTEM',
      `No desktop entry can name the program ${JSON.stringify(word)}`,
    );
  }
  const plain = word.replaceAll('%', '%%');
  if (!RESERVED.test(plain)) return plain;
  // Once for the quotes, once more since a value is a string with escapes of its own.
  return `"${plain.replaceAll(/["`$\\]/g, '\\$&').replaceAll('\\', '\\\\')}"`;
}
