import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { WorkerContext } from '../context.ts';

/**
 * The function that a worker's module exports: `run`, or the default. What a bundler or a loader left out is said with
 * what to do about it (docs/bundles.md); the rejection becomes the reason why the worker did not start.
 */
export async function loadRun(module: string): Promise<(context: WorkerContext) => unknown> {
  const exports: Record<string, unknown> = await import(module).catch((thrown) => {
    throw withAdvice(thrown, module);
  });
  const inner = exports.default as { run?: unknown } | undefined;
  const candidates = [exports.run, exports.default, inner?.run];
  const found = candidates.find((candidate) => typeof candidate === 'function');
  if (found) return found as (context: WorkerContext) => unknown;
  const advice = isEmpty(exports) ? `: it exports nothing. ${EXPORTS_NOTHING}` : '';
  throw new TypeError(`${module} exports no function run(context)${advice}`);
}

const EXPORTS_NOTHING =
  "A bundler keeps what an entry exports only where it is told to: webpack by output.library.type, 'commonjs2' say";
const NOT_THERE =
  'where the service is bundled, make the module an entry of its own, written beside the bundle';
const NO_LOADER =
  'tsx loads TypeScript on worker threads from Node 22 on; before, give a .mjs that calls register() of tsx/esm/api and exports from it';

/** V8 and Node say what is wrong, but not in which file, nor what to do. */
function withAdvice(thrown: unknown, module: string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  if (thrown instanceof SyntaxError && !thrown.stack?.includes('file:')) {
    thrown.message += ` (importing ${module})`;
  } else if (module.startsWith('file:') && !existsSync(fileURLToPath(module))) {
    thrown.message += `: ${NOT_THERE}`;
  } else if (
    (thrown as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION' &&
    /\.[cm]?tsx?$/.test(module)
  ) {
    thrown.message += `: ${NO_LOADER}`;
  }
  return thrown;
}

/** A CommonJS module that exports nothing arrives as an empty default. */
function isEmpty(exports: Record<string, unknown>): boolean {
  const own = (value: unknown) => Object.keys(Object(value)).length;
  const names = Object.keys(exports).filter((name) => name !== 'default' && name !== 'module.exports');
  return names.length === 0 && own(exports.default) === 0;
}
