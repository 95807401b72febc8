import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** How most services get the agent: without a change to their code. */
export const REGISTER = file('../../agent/dist/register.cjs');

/** Until the first line of a service ran: time that its main thread ran, and time that went by. */
export interface Start {
  cpuMs: number;
  wallMs: number;
}

/** Start by start, without the agent and with it. */
export async function measureStarts(
  node: string,
  starts: number,
): Promise<Record<'without' | 'agent', Start[]>> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'perch-bench-'));
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home };
  const start = async (...preload: string[]) =>
    JSON.parse((await run(node, [...preload, file('first-line.cjs')], { env })).stdout) as Start;
  const found: Record<'without' | 'agent', Start[]> = { without: [], agent: [] };
  try {
    // The first one reads files that the others find in memory.
    await start('-r', REGISTER);
    for (let each = 0; each < starts; each++) {
      found.without.push(await start());
      found.agent.push(await start('-r', REGISTER));
    }
    return found;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
