import type { ObservedThread } from './adapter.ts';
import { Living } from './living.ts';
import { isObject, own } from './read.ts';

/** Taken at load: a service may put another in its place. */
const { getBuiltinModule } = process;

/** A search may take 20 ms, so it is made once in so many looks; what was found is followed at every look. */
const SEARCH_EVERY = 15;
/** So many modules of the service's own are looked into. */
const MAX_MODULES = 20;

/**
 * For what no handle leads to. It is searched for where a service holds what it works with: in what listeners of its
 * servers and of `process` close over, and in what its CommonJS modules export.
 */
export class Search {
  readonly #thread: ObservedThread;
  readonly #servers = new Living<object>();
  #looks = 0;

  constructor(thread: ObservedThread) {
    this.#thread = thread;
    thread.servers((server) => this.#servers.add(server));
  }

  /** With each look in which there may be something: shows all that is within reach, when it is time to. */
  look(show: (value: object) => void): void {
    if (this.#looks++ % SEARCH_EVERY !== 0) return;
    // Nothing is wanted, so that it does not stop at the first.
    const isWanted = (value: object): value is object => {
      show(value);
      return false;
    };
    for (const emitter of [process, ...this.#servers]) this.#thread.reach(own(emitter, '_events'), isWanted);
    for (const exports of ownModules()) this.#thread.reach(exports, isWanted);
  }
}

/** What the service's own CommonJS modules export. */
function ownModules(): unknown[] {
  return modules(/^(?!.*[/\\]node_modules[/\\])/).slice(0, MAX_MODULES);
}

/** What the CommonJS modules that are loaded export, whose file is like this. */
export function modules(file: RegExp): unknown[] {
  const cache = own(getBuiltinModule('node:module'), '_cache');
  if (!isObject(cache)) return [];
  return Object.keys(cache).flatMap((name) => (file.test(name) ? [own(own(cache, name), 'exports')] : []));
}
