import path from 'node:path';

/** A command whose stdin and stdout are the connection, as ssh's ProxyCommand is. It is run without a shell. */
export interface Way {
  argv: readonly string[];
  /** Variables that it is given beside the usual ones (command-stream.ts): names, never values. */
  env: readonly string[];
}

/** `kubectl exec`: the program and its verb, which is what a row has room for, and nothing of what may be private. */
export function wayWords({ argv }: Way): string {
  const [program = '', verb = ''] = argv;
  return [path.basename(program), ...(/^[a-z][a-z-]*$/.test(verb) ? [verb] : [])].join(' ');
}

/**
 * The words of a line, as a shell would part them and without all else that a shell does: blanks part, quotes hold
 * together, a backslash takes the next character as it is. A string is the reason why it cannot be read.
 */
export function splitWords(line: string): string[] | string {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (char === '\\' && quote !== "'") {
      if (++at === line.length) return 'a backslash at its end escapes nothing';
      word = (word ?? '') + line[at]!;
    } else if (quote !== null) {
      if (char === quote) quote = null;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (OF_A_SHELL.has(char)) {
      return `"${char}" at character ${at + 1} means something to a shell, and none runs it: quote it, or name a script`;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== null) return `the quote ${quote} is not closed`;
  if (word !== null) words.push(word);
  return words;
}

/** Whoever writes one of these unquoted expects something to happen. */
const OF_A_SHELL: ReadonlySet<string> = new Set('$`|&;<>()*?#');
