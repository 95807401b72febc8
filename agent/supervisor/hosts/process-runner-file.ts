import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** process-runner.cjs beside the built agent, or null where there is none: the service was bundled. */
export function processRunnerFile(): string | null {
  found ??=
    [path.join(here(), 'process-runner.cjs'), path.join(here(), '../../dist/process-runner.cjs')].find(
      (file) => existsSync(file),
    ) ?? '';
  return found || null;
}

let found: string | undefined;

/** Where this code lies: dist when built, agent/supervisor/hosts when it runs from source (unit tests). */
function here(): string {
  try {
    return typeof __dirname === 'string' ? __dirname : path.dirname(fileURLToPath(import.meta.url));
  } catch {
    // A bundler took import.meta away.
    return '/nowhere';
  }
}
