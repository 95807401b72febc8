import type { InventoryEnvironment } from '../../client/fleet/inventory.ts';
import { readInventory } from '../../client/fleet/inventory.ts';
import { configFiles } from '../../client/paths.ts';
import { readTunnel, type Tunnel, tunnelDown, tunnelUp } from '../../client/wireguard/tunnel.ts';
import { tunnelStatus } from '../../client/wireguard/watch.ts';
import { PerchError } from '../../protocol/errors.ts';
import { command, INVENTORY } from '../command.ts';
import type { Output } from '../output.ts';
import { tunnelText, warningText } from '../text/tunnel.ts';

export const tunnel = command({
  args: [
    { name: 'VERB', does: 'What to do.', oneOf: ['up', 'status', 'down'] },
    { name: 'ENV', does: 'An environment of the inventory that has a `tunnel:`.' },
  ],
  options: {
    ...INVENTORY,
    yes: { kind: 'flag', does: 'Bring it up also when its file sends all traffic through it.' },
  },
  about:
    "Brings an environment's WireGuard tunnel up or down, or says how it is. up and down need root; status works " +
    'without, and says what only root may read. A tunnel that is up already is used as it is. ' +
    'status watches for as long as it takes to be sure, 12 seconds at most unless --timeout says otherwise.',
  json: '{env, state, words, interface, isOurs, addresses, publicKey, dns, warnings, unknown, peers: [{name, publicKey, endpoint, allowedIps, keepaliveS, state, words, handshakeAgeMs, rxBytes, txBytes}]}; after down {env, state, peers}',
  examples: ['tunnel up production', 'tunnel status production --json', 'tunnel down production'],
  async run({ args, options, out, signal }) {
    const file = configFiles(options.inventory).inventory;
    const environment = await findEnvironment(file, args.ENV);
    const words = ['tunnel', args.VERB, args.ENV, '--inventory', file, ...(options.yes ? ['--yes'] : [])];
    const asRoot = rootCommand(words);
    if (args.VERB === 'down') return down(environment, asRoot, out);
    const read = await readTunnel(environment);
    if (args.VERB === 'up') {
      for (const warning of read.warnings) out.note(warningText(read.file, warning));
      const allTraffic = options.yes || (await askAllTraffic(read, out, signal));
      const done = await tunnelUp(read, { asRoot, allTraffic });
      out.note(
        done === 'made' ? `${read.env}: the tunnel is made.` : `${read.env}: the tunnel was up already.`,
      );
    }
    const status = await tunnelStatus(read, { timeoutMs: options.timeout, signal });
    out.text(tunnelText(status, out.paint));
    out.document(status);
    return 0;
  },
});

async function down(environment: InventoryEnvironment, asRoot: string, out: Output): Promise<number> {
  const done = await tunnelDown(environment, { asRoot });
  out.text(`${environment.name}: the tunnel ${done === 'removed' ? 'is off now' : 'was off already'}.`);
  out.document({ env: environment.name, state: 'off', peers: [] });
  return 0;
}

async function askAllTraffic(read: Tunnel, out: Output, signal: AbortSignal): Promise<boolean> {
  if (!out.canAsk || !read.warnings.some((warning) => warning.kind === 'all-traffic')) return false;
  const answer = await out.ask('Send all traffic of this computer through the tunnel? [y/N] ', { signal });
  return /^y(es)?$/i.test(answer.trim());
}

async function findEnvironment(file: string, name: string): Promise<InventoryEnvironment> {
  const inventory = await readInventory(file);
  const found = inventory?.environments.find((environment) => environment.name === name);
  if (found) return found;
  const known = inventory?.environments.map((environment) => environment.name) ?? [];
  const there = inventory === null ? 'the file is not there' : `it has ${known.join(', ') || 'none'}`;
  throw new PerchError('NO_TUNNEL', `There is no environment ${name} in ${file} (${there})`, {
    env: name,
    file,
    known,
  });
}

/** The same command as root: paths absolute, since root has another home and perhaps another node. */
function rootCommand(words: readonly string[]): string {
  return ['sudo', process.execPath, process.argv[1]!, ...words].map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
