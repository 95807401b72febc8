import path from 'node:path';
import { type FleetInstance, fromInventory, fromLocal } from '../../client/fleet/fleet.ts';
import { findInstance } from '../../client/target.ts';
import { PerchError } from '../../protocol/errors.ts';
import { formatLink, LINK_SCHEME, LOCAL_ENVIRONMENT, parseLink } from '../../protocol/link.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { type ConnectionOptions, reach, reachTarget } from '../connection.ts';
import { findApp } from '../open/app-program.ts';
import { startApp } from '../open/start-app.ts';
import type { Output } from '../output.ts';
import { findNode } from './tree.ts';

export const open = command({
  args: [
    { ...TARGET, does: `${TARGET.does} Or a link, perch://ENVIRONMENT/INSTANCE/LINEAGE.`, isOptional: true },
    { ...NODE, isOptional: true },
  ],
  options: CONNECTION,
  about:
    'Opens the desktop app at an instance or a node of it, and goes on without it. Where the app runs already, it is taken there: there is one window. Opening is looking; nothing is done to the service. NODE is looked up first, so the instance must answer; a node that may come later is named by a link.',
  json: "{link:string|null, app:'started'|'running'}",
  examples: [
    'open',
    'open fra-1',
    'open fra-1 app/games/7f3a',
    'open perch://production/fra-1/app/games/7f3a',
  ],
  async run({ args, options, out, signal }) {
    // Told before anybody is connected to.
    const app = findApp({ platform: process.platform, env: process.env, isRoot: process.getuid?.() === 0 });
    const link =
      args.TARGET === undefined ? null : await linkTo(args.TARGET, args.NODE, options, out, signal);
    const words = [
      ...(options.inventory === undefined ? [] : [`--inventory=${path.resolve(options.inventory)}`]),
      ...(link === null ? [] : [link]),
    ];
    const how = await startApp(app, words, { env: process.env, signal });
    out.document({ link, app: how });
    const where = link === null ? '' : ` at ${link}`;
    out.text(how === 'started' ? `Opened the app${where}` : `The app is open${where}`);
    return 0;
  },
});

async function linkTo(
  target: string,
  node: string | undefined,
  options: ConnectionOptions,
  out: Output,
  signal: AbortSignal,
): Promise<string> {
  if (target.toLowerCase().startsWith(`${LINK_SCHEME}:`)) {
    if (node !== undefined) throw new PerchError('BAD_USAGE', 'A link names its node itself');
    parseLink(target);
    return target;
  }
  if (node === undefined) {
    const way = await reach(options, out);
    const instance = await findInstance(target, {
      configured: fromInventory(way.inventory),
      findLocal: way.findLocal,
    });
    return linkOf(await asListed(instance, way.findLocal), null);
  }
  const { instance, session } = await reachTarget(target, options, out, signal);
  try {
    const found = await findNode(session, node, { signal, timeoutMs: options.timeout });
    const { findLocal } = await reach(options, out);
    return linkOf(await asListed(instance, findLocal), found.node.lineage);
  } finally {
    session.close();
  }
}

/** The app lists what has a name. A local one that was named by its socket is looked up by it. */
async function asListed(
  instance: FleetInstance,
  findLocal: Parameters<typeof findInstance>[1]['findLocal'],
): Promise<FleetInstance> {
  if (!instance.key.startsWith('address:')) return instance;
  const local = instance.isLocal ? fromLocal(await findLocal()) : [];
  const found = local.find(({ place }) => place.address === instance.place.address);
  if (found) return found;
  throw new PerchError(
    'NO_SUCH_TARGET',
    `The app shows what the inventory names and what runs on this computer; ${instance.place.address} is neither`,
    { target: instance.place.address },
  );
}

function linkOf({ place }: FleetInstance, lineage: string | null): string {
  const link = formatLink({
    environment: place.environment ?? LOCAL_ENVIRONMENT,
    instance: place.name,
    lineage,
  });
  if (link !== null) return link;
  throw new PerchError('BAD_LINK', 'That place has a name that no link can carry', { place, lineage });
}
