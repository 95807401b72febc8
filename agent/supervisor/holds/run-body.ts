import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type FunctionFacts, lookIntoFunctions } from '../../inspect/functions.ts';
import { callSites, type Site } from './call-sites.ts';

/** A task's `run` function: who runs it, and where its code is. One for each function, however many specs have it. */
export class RunBody {
  /** Lives that run it just now. */
  lives = 0;
  readonly run: unknown;
  readonly #candidates: string[];
  #facts: FunctionFacts | null = null;
  /** Its file, once that was found to hold this very code. */
  file: string | null = null;
  #isLocated = false;

  constructor(run: unknown, candidates: string[]) {
    this.run = run;
    this.#candidates = candidates;
  }

  /**
   * Finds out in which file it is. V8 tells the script and the position but no name; the files from which the
   * supervisor was declared are likely, and one is taken when that text stands at that position in it.
   */
  async locate(): Promise<void> {
    if (this.#isLocated) return;
    this.#isLocated = true;
    this.#facts = lookIntoFunctions((factsOf) => factsOf(this.run));
    if (!this.#facts) return;
    const text = textOf(this.run);
    for (const candidate of this.#candidates) {
      const line = (await linesOf(candidate))[this.#facts.line];
      const there = line?.slice(this.#facts.column).trimEnd() ?? '';
      if (there.length > 0 && text.includes(there)) {
        this.file = candidate;
        return;
      }
    }
  }

  /** The line of a function of the same script, as `game.js:41`; null where it is another or the file is not known. */
  placeOf(facts: FunctionFacts): Site | null {
    if (this.file === null || facts.scriptId !== this.#facts?.scriptId) return null;
    return { function: '', file: this.file, line: facts.line + 1 };
  }

  /** Whether this frame is in its code, what it declares inside included. */
  holds(site: Site): boolean {
    if (this.file === null || site.file !== this.file || !this.#facts) return false;
    const first = this.#facts.line + 1;
    return site.line >= first && site.line < first + textOf(this.run).split('\n').length;
  }
}

const bodies = new WeakMap<object, RunBody>();

/** So many declarations look where they are made; a look takes some 20 us. */
let looksLeft = 2000;

export function runBodyOf(run: object): RunBody {
  let body = bodies.get(run);
  if (!body) {
    const sites = looksLeft-- > 0 ? callSites(runBodyOf as never, 12) : [];
    body = new RunBody(run, [...new Set(sites.map(({ file }) => file))]);
    bodies.set(run, body);
  }
  return body;
}

function textOf(run: unknown): string {
  return Function.prototype.toString.call(run);
}

async function linesOf(file: string): Promise<string[]> {
  try {
    const text = await readFile(file.startsWith('file:') ? fileURLToPath(file) : file, 'utf8');
    return text.split('\n');
  } catch {
    return [];
  }
}
