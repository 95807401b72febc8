import { isSecretKey } from './redact-key.ts';

/** What stands in a text where a secret stood. */
export const REDACTED = '[redacted]';

/** Characters of a command line that are kept. */
const MAX_COMMAND_CHARS = 1000;

/**
 * A text (an exit reason, a stack, a command line) without the secrets in it: private keys, URLs' passwords,
 * `Authorization` and `Cookie`, well-known tokens, and values of names that `isSecretKey` knows. Runs in the hub.
 */
export function redactText(text: string): string {
  let kept = text;
  for (const [pattern, replacement] of SHAPES) kept = kept.replace(pattern, replacement);
  return kept.replace(PAIR, (whole, quote: string, name: string, between: string) =>
    isSecretKey(name) ? `${quote}${name}${quote}${between}${REDACTED}` : whole,
  );
}

/** A command line as one text: `--password x`, `--token=x`, `KEY=x`, `-u name:x`, `-H 'Cookie: x'` and the shapes of redactText. */
export function redactArgs(argv: readonly string[]): string {
  const words = argv.map((word, i) => {
    const flag = i > 0 ? argv[i - 1]! : '';
    if (flag.startsWith('-') && !flag.includes('=') && !word.startsWith('-') && isSecretKey(flag))
      return REDACTED;
    if ((flag === '-u' || flag === '--user') && word.includes(':')) {
      return `${word.slice(0, word.indexOf(':'))}:${REDACTED}`;
    }
    return redactText(word);
  });
  const line = words.map((word) => (/[\s'"]/.test(word) ? `'${word}'` : word)).join(' ');
  return line.length > MAX_COMMAND_CHARS ? `${line.slice(0, MAX_COMMAND_CHARS)}…` : line;
}

const SHAPES: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/\b((?:set-)?cookie|(?:proxy-)?authorization)(\s*:\s*)[^\r\n]+/gi, `$1$2${REDACTED}`],
  // A port is no password: `http://localhost:4873/@scope/name`.
  [/:\/\/([^\s'"@:/?#]*):(?!\d+(?:[/?#\s]|$))[^\s'"]{0,300}@/g, `://$1:${REDACTED}@`],
  [/\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/g, `$1 ${REDACTED}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abprs]-|sk-|sk_live_|sk_test_)[\w-]{16,}/g, REDACTED],
];

/** `name=value`, `name: value`, `"name":"value"`. The look-behind keeps it linear in long words. */
const PAIR =
  /(?<![\w.-])(["']?)([\w-][\w.-]*)\1(\s*[:=]\s*)(?:\[redacted\]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'})\]]+)/g;
