import { fileURLToPath } from 'node:url';
import type { StackFrame } from '../../protocol/calls.ts';
import { LIMITS } from '../../protocol/limits.ts';

/**
 * The frames of a V8 `Error.stack`, innermost first, at most `limit`. Lines of the message are skipped, and so is
 * the frame of an evaluation at the top (`at <anonymous>:1:7`): it is the one who looks. `file:` URLs become
 * paths; a frame without a place in a file (`at Array.map (<anonymous>)`) has file '', line and column 0.
 */
export function parseStack(text: string, limit: number = LIMITS.maxStackFrames): StackFrame[] {
  const lines = text.split('\n');
  let first = lines.length;
  while (first > 0 && FRAME_LINE.test(lines[first - 1]!)) first--;
  const frames = lines.slice(first).map(parseFrame);
  let looker = 0;
  while (looker < frames.length && isEvaluation(lines[first + looker]!)) looker++;
  return frames.slice(looker, looker + limit);
}

/** One line, `at work (/app/a.js:3:7)`, or the text of a CallSite: the same without `at`. */
export function parseFrame(line: string): StackFrame {
  const text = line.trim().replace(/^at /, '');
  const open = text.endsWith(')') ? openingOf(text) : -1;
  if (open < 0) {
    const isAsync = text.startsWith('async ');
    return { function: isAsync ? 'async' : '', ...parsePlace(isAsync ? text.slice('async '.length) : text) };
  }
  return { function: text.slice(0, open).trim(), ...parsePlace(text.slice(open + 1, -1)) };
}

type Place = Pick<StackFrame, 'file' | 'line' | 'column'>;

const FRAME_LINE = /^\s+at /;
const NOWHERE: Place = { file: '', line: 0, column: 0 };

function isEvaluation(line: string): boolean {
  return /^\s+at (?:<anonymous>:\d+:\d+|\(?eval at .*)$/.test(line);
}

/** The parenthesis that the last one closes: evaluated code names its origin in parentheses of its own. */
function openingOf(text: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ')') depth++;
    else if (text[at] === '(' && --depth === 0) return at > 0 && text[at - 1] !== ' ' ? -1 : at;
  }
  return -1;
}

function parsePlace(text: string): Place {
  if (text.startsWith('eval at ')) return parseEvaluated(text);
  const found = /^(.*):(\d+):(\d+)$/.exec(text);
  if (!found)
    return text === '<anonymous>' || text === 'native' || text.startsWith('index ')
      ? NOWHERE
      : { ...NOWHERE, file: toPath(text) };
  const [, file, line, column] = found;
  return file === '<anonymous>'
    ? NOWHERE
    : { file: toPath(file!), line: Number(line), column: Number(column) };
}

/** `eval at load (/app/a.js:3:7), <anonymous>:1:1`: where the code was evaluated, unless it has a name of its own. */
function parseEvaluated(text: string): Place {
  const comma = text.lastIndexOf(', ');
  const own = comma < 0 ? NOWHERE : parsePlace(text.slice(comma + 2));
  if (own.file !== '') return own;
  const origin = comma < 0 ? text : text.slice(0, comma);
  const open = origin.indexOf('(');
  return open < 0 || !origin.endsWith(')') ? NOWHERE : parsePlace(origin.slice(open + 1, -1));
}

function toPath(file: string): string {
  if (!file.startsWith('file://')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}
