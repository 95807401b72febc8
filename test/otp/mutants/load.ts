import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import type { Decisions } from '../world.ts';
import { withTicks } from './mutate.ts';
import { type Found, vitestOf } from './vitest-shim.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url));
const requireReal = createRequire(import.meta.url);
/** More turns than any loop of a decision takes, in one scenario or unit test. */
const MAX_TICKS = 1_000_000;

/** The JavaScript of each text that was needed before. */
const compiled = new Map<string, string>();

/** Sources loaded from text, some of them changed; nothing of them is shared with the program that loads them. */
export class Loader {
  readonly #changed: ReadonlyMap<string, string>;
  readonly #modules = new Map<string, { exports: Record<string, unknown> }>();
  #found: Found[] = [];
  #ticks = 0;

  constructor(changed: ReadonlyMap<string, string> = new Map()) {
    this.#changed = changed;
  }

  decisions(): Decisions {
    const { transition } = this.#load('agent/supervisor/transition.ts') as unknown as Decisions;
    const { newState } = this.#load('agent/supervisor/state.ts') as unknown as Decisions;
    return { transition, newState };
  }

  /** The tests of a file, not run yet. */
  tests(file: string): Found[] {
    this.#found = [];
    this.#load(file);
    return this.#found;
  }

  /** A new scenario or test begins. */
  begin(): void {
    this.#ticks = 0;
  }

  #load(file: string): Record<string, unknown> {
    const known = this.#modules.get(file);
    if (known) return known.exports;
    const module = { exports: {} as Record<string, unknown> };
    this.#modules.set(file, module);
    const tick = () => {
      if (this.#ticks++ > MAX_TICKS) throw new Error('a loop without end');
      return true;
    };
    const run = new Function('module', 'exports', 'require', '__tick', this.#compile(file));
    run(module, module.exports, (specifier: string) => this.#require(file, specifier), tick);
    return module.exports;
  }

  #require(from: string, specifier: string): unknown {
    if (specifier === 'vitest') return vitestOf((found) => this.#found.push(found));
    // The runners of threads and processes, which no test of the decisions starts.
    if (specifier.endsWith('?raw')) return { default: '' };
    if (!specifier.startsWith('.')) return requireReal(specifier);
    return this.#load(path.posix.join(path.posix.dirname(from), specifier));
  }

  #compile(file: string): string {
    const text = this.#changed.get(file) ?? readFileSync(path.join(root, file), 'utf8');
    const before = compiled.get(text);
    if (before !== undefined) return before;
    const isDecision = file.startsWith('agent/supervisor/');
    const options = { loader: 'ts', format: 'cjs', target: 'node20', platform: 'node' } as const;
    const { code } = transformSync(isDecision ? withTicks(text) : text, options);
    // A mutant's own text is needed once.
    if (!this.#changed.has(file)) compiled.set(text, code);
    return code;
  }
}
