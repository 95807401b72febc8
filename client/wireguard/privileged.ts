import { PerchError } from '../../protocol/errors.ts';
import { canonicalConf, DOWN_CONF } from './canonical.ts';
import { withConfFile } from './conf-file.ts';
import type { TunnelDriver } from './driver.ts';
import { parseDump } from './dump.ts';
import { resolveEndpoint } from './endpoint.ts';
import { interfaceExists, isInterfaceName } from './interface.ts';
import { requireFreeRoutes } from './routes.ts';
import { requireTools, runTool } from './run.ts';

/**
 * Drives `wg-quick` and `wg` as root. What they are given is written by canonical.ts from a checked profile: no
 * byte of a person's file reaches them.
 */
export const privileged: TunnelDriver = {
  name: 'privileged',

  async up(name, profile) {
    requireName(name);
    requireTools();
    const endpoints = await Promise.all(profile.peers.map((peer) => resolveEndpoint(peer.endpoint)));
    await requireFreeRoutes(profile);
    await withConfFile(name, canonicalConf(profile, endpoints), async (file) => {
      try {
        const { isDone, words } = await runTool('wg-quick', ['up', file]);
        if (!isDone) throw failed('up', words);
      } catch (error) {
        // wg-quick undoes its own failures, but not when it was killed.
        await remove(name);
        throw error;
      }
    });
  },

  async down(name) {
    requireName(name);
    requireTools();
    await withConfFile(name, DOWN_CONF, async (file) => {
      const { isDone, words } = await runTool('wg-quick', ['down', file]);
      if (!isDone) await remove(name);
      if (interfaceExists(name)) throw failed('down', words);
    });
  },

  async status(name) {
    const { isDone, stdout } = await runTool('wg', ['show', name, 'dump'], 3000);
    return isDone ? parseDump(stdout) : null;
  },
};

/** Only interfaces of ours are ever made or removed. */
function requireName(name: string): void {
  if (!isInterfaceName(name)) throw new TypeError(`no interface of Perch: ${JSON.stringify(name)}`);
}

async function remove(name: string): Promise<void> {
  if (interfaceExists(name)) await runTool('ip', ['link', 'delete', 'dev', name], 5000);
}

function failed(verb: string, words: string): PerchError {
  return new PerchError('TUNNEL_FAILED', `wg-quick ${verb} failed: ${words || 'it gave no reason'}`, {
    tool: 'wg-quick',
    words,
  });
}
