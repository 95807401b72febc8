import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the agent's package lies, as an app that installed it has it. */
export function installAgent(app: string): void {
  mkdirSync(path.join(app, 'node_modules/@perch'), { recursive: true });
  symlinkSync(path.join(root, 'agent'), path.join(app, 'node_modules/@perch/agent'));
}

/** The bridge, as it lies in the checkout. */
export const PERCH_STDIO = path.join(root, 'agent/perch-stdio.cjs');

/** Puts programs of these names into a folder, for PATH: stand-ins (test/fixtures/way-stand-in.ts) with an environment of their own. */
export function standIns(folder: string, tools: readonly string[], env: Record<string, string>): void {
  mkdirSync(folder, { recursive: true });
  const fixture = path.join(root, 'dist/test/fixtures/way-stand-in.js');
  const given = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
  for (const tool of tools) {
    const line = `exec env ${given.join(' ')} '${process.execPath}' '${fixture}' ${tool} "$@"`;
    writeFileSync(path.join(folder, tool), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
}

/** One way in as an inventory with one instance, `there`. */
export function viaInventory(file: string, via: string | readonly string[]): void {
  const instance = { name: 'there', region: 'fra', via: typeof via === 'string' ? via : { command: via } };
  const environments = { pods: { services: { web: { instances: [instance] } } } };
  writeFileSync(file, JSON.stringify({ environments }));
}
