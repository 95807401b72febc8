import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { PerchError } from '../protocol/errors.ts';
import { type Paint, paintWith } from './text/paint.ts';
import { safeForTerminal, safeJson } from './text/plain.ts';

/** Where a command writes. Under `--json` stdout carries documents only; words go to stderr or nowhere. */
export interface Output {
  readonly isJson: boolean;
  /** Stdout is a terminal: it can be rendered in place. */
  readonly isTerminal: boolean;
  /** A person can be asked: stdin and stderr are terminals. */
  readonly canAsk: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  /** One JSON document in one line, under `--json`; otherwise nothing. */
  document(value: unknown): void;
  /** Lines for a person on stdout; under `--json` nothing. */
  text(text: string): void;
  /** Lines for a person on stderr, always. */
  note(text: string): void;
  /** Raw characters to stdout, for rendering in place. */
  write(characters: string): void;
  /** The line a person typed, without its end. Only when `canAsk`. */
  ask(question: string, options?: { isSecret?: boolean; signal?: AbortSignal }): Promise<string>;
}

type Stream = { isTTY?: boolean; columns?: number; rows?: number };

export interface OutputStreams {
  stdin: Readable & Stream;
  stdout: Writable & Stream;
  stderr: Writable & Stream;
}

export function openOutput(
  streams: OutputStreams,
  options: { json: boolean; noColor: boolean; env: NodeJS.ProcessEnv },
): Output {
  const { stdin, stdout, stderr } = streams;
  // https://no-color.org: set and not empty, whatever its value.
  const isColoured =
    stdout.isTTY === true && !options.noColor && !options.env.NO_COLOR && options.env.TERM !== 'dumb';
  const line = (text: string) => safeForTerminal(text.endsWith('\n') ? text : `${text}\n`);
  return {
    isJson: options.json,
    isTerminal: stdout.isTTY === true,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    get columns() {
      return stdout.columns ?? 80;
    },
    get rows() {
      return stdout.rows ?? 24;
    },
    paint: paintWith(isColoured && !options.json),
    document(value) {
      if (options.json) stdout.write(`${safeJson(value)}\n`);
    },
    text(text) {
      if (!options.json) stdout.write(line(text));
    },
    note(text) {
      stderr.write(line(text));
    },
    write(characters) {
      stdout.write(characters);
    },
    ask: (question, how = {}) => ask(stdin, stderr, question, how),
  };
}

/**
 * Asks on stderr, so that stdout stays clean. What is typed to a secret question is not shown. An end of input is
 * an empty answer; Ctrl-C is CANCELLED.
 */
async function ask(
  stdin: Readable,
  stderr: Writable,
  question: string,
  { isSecret = false, signal }: { isSecret?: boolean; signal?: AbortSignal },
): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      const cancelled = () => reject(new PerchError('CANCELLED', 'Nothing was done'));
      lines.once('SIGINT', cancelled);
      lines.once('close', () => resolve(''));
      signal?.addEventListener('abort', cancelled, { once: true });
      lines.question(safeForTerminal(question), resolve);
      // What readline would echo from here on is the secret.
      if (isSecret) (lines as unknown as { _writeToOutput: () => void })._writeToOutput = () => {};
    });
  } finally {
    if (isSecret) stderr.write('\n');
    lines.close();
  }
}
