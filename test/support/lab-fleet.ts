import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TunnelStatus } from '../../client/wireguard/status.ts';
import type { Lab } from './lab.ts';
import type { Machine, Ran, Running, RunOptions } from './lab-machine.ts';
import { TUNNEL } from './lab-network.ts';

export interface LabInstance {
  name: string;
  region: string;
  /** `host:port` or `[v6]:port` */
  address: string;
  hostKey?: string;
}

/** Where the agents of the regions listen: inside the tunnel, and nowhere else. */
export const AGENTS = {
  fra: { v4: `${TUNNEL.fra.v4}:7400`, v6: `[${TUNNEL.fra.v6}]:7400` },
  lax: { v4: `${TUNNEL.lax.v4}:7400`, v6: `[${TUNNEL.lax.v6}]:7400` },
} as const;

/** An inventory of one environment on the desktop, its tunnel's file, and `perch` with both. */
export class LabFleet {
  readonly env: string;
  readonly inventory: string;
  readonly conf: string;
  readonly #lab: Lab;

  constructor(lab: Lab, env: string, conf: string, instances: readonly LabInstance[], identity?: string) {
    this.#lab = lab;
    this.env = env;
    this.conf = path.join(lab.folder, `${env}.conf`);
    this.inventory = path.join(lab.folder, `${env}.yaml`);
    writeFileSync(this.conf, conf, { mode: 0o600 });
    this.list(instances, identity);
  }

  /** Writes the inventory anew. JSON is YAML. */
  list(instances: readonly LabInstance[], identity?: string): void {
    const services = Object.fromEntries(
      instances.map(({ hostKey, ...instance }) => [
        `game-${instance.name}`,
        { ...(hostKey ? { hostKey } : {}), instances: [instance] },
      ]),
    );
    const environment = { tunnel: `${this.env}.conf`, ...(identity ? { identity } : {}), services };
    writeFileSync(this.inventory, JSON.stringify({ environments: { [this.env]: environment } }));
  }

  perch(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return this.#lab.desktop.perch([...args, '--inventory', this.inventory], options);
  }

  async json<T>(args: readonly string[], options?: RunOptions): Promise<T> {
    const { document } = await this.#lab.desktop.perchJson<T>(
      [...args, '--inventory', this.inventory],
      options,
    );
    return document;
  }

  status(options?: RunOptions): Promise<TunnelStatus> {
    return this.json(['tunnel', 'status', this.env], options);
  }
}

/** A plain TCP server at `host:port` on a machine, in place of an agent. Resolves when it listens. */
export async function listenOn(machine: Machine, address: string): Promise<Running> {
  const match = /^\[?([^\]]+)\]?:(\d+)$/.exec(address)!;
  const program = `require('node:net').createServer((socket) => socket.on('error', () => {}).resume())
    .listen(${match[2]}, '${match[1]}', () => console.log('listening'))`;
  const server = machine.start([process.execPath, '-e', program]);
  await server.printed(/listening/);
  return server;
}

/** What a connect from `machine` comes to: `connected`, or the error's code. */
export function dial(machine: Machine, host: string, port: number): Promise<string> {
  const program = `const socket = require('node:net').connect({ host: '${host}', port: ${port}, timeout: 5000 });
    const end = (word) => { process.stdout.write(word); process.exit(); };
    socket.on('connect', () => end('connected')).on('error', (error) => end(error.code)).on('timeout', () => end('silence'));`;
  return machine.must([process.execPath, '-e', program]);
}

/** What of a tunnel is on the desktop: interfaces of Perch, wireguard-go processes for them, files. */
export async function traces(lab: Lab): Promise<string[]> {
  const script = `ip -brief link | grep -o 'prch-[0-9a-f]*'
    pgrep -a wireguard-go | grep -o 'prch-.*'
    find /run/perch /run/wireguard -type f -o -name 'prch-*' 2>/dev/null`;
  const { stdout } = await lab.desktop.run(['bash', '-c', script]);
  return stdout.split('\n').filter((line) => line !== '');
}
