import { PerchError } from '../../protocol/errors.ts';
import { network, parseRange, rangeText } from './address.ts';
import type { Profile } from './profile.ts';
import { runTool } from './run.ts';

/** Throws TUNNEL_FAILED when a range of the profile is routed elsewhere already: wg-quick would fail half way. */
export async function requireFreeRoutes(profile: Profile): Promise<void> {
  const live = await liveRoutes();
  for (const range of profile.peers.flatMap((peer) => peer.allowedIps)) {
    const taken = live.get(rangeText(range));
    if (range.prefix > 0 && taken !== undefined) {
      throw new PerchError(
        'TUNNEL_FAILED',
        `${rangeText(range)} is routed through ${taken} already. Bring that down first, or narrow AllowedIPs`,
        { range: rangeText(range), interface: taken },
      );
    }
  }
}

/** Device by range, for the main tables of both families. */
async function liveRoutes(): Promise<Map<string, string>> {
  const [four, six] = await Promise.all([
    runTool('ip', ['-json', '-4', 'route', 'show']),
    runTool('ip', ['-json', '-6', 'route', 'show']),
  ]);
  const routes = new Map<string, string>();
  for (const { dst, dev } of [...parseRoutes(four.stdout), ...parseRoutes(six.stdout)]) {
    const range = parseRange(dst);
    if (range) routes.set(rangeText(network(range)), dev);
  }
  return routes;
}

/** `ip -json route` prints `[{"dst":"10.0.0.0/8","dev":"eth0",…}]`, and nothing at all where there is no route. */
export function parseRoutes(json: string): { dst: string; dev: string }[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json || '[]');
  } catch {
    return [];
  }
  return Array.isArray(parsed)
    ? parsed.filter((route) => typeof route?.dst === 'string' && typeof route?.dev === 'string')
    : [];
}
