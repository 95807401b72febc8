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

  status(more: readonly string[] = []): Promise<TunnelStatus> {
    return this.json(['tunnel', 'status', this.env, ...more]);
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

/** The example game as a region runs it: its agent listens inside the tunnel only, and has no local socket. */
export async function startGame(
  machine: Machine,
  address: string,
  authorizedKey: string,
): Promise<{ running: Running; instance: LabInstance & { hostKey: string } }> {
  const name = `tictactoe-${machine.name}`;
  const running = machine.start([process.execPath, 'dist/examples/tictactoe/main.js'], {
    PORT: String(GAME_PORT),
    PERCH_SERVICE: 'tictactoe',
    PERCH_REGION: machine.name,
    PERCH_INSTANCE: name,
    PERCH_LISTEN: address,
    PERCH_LOCAL: 'off',
    PERCH_AUTHORIZED_KEYS: `capabilities="observe,inspect,control" ${authorizedKey}`,
  });
  const [, listening, hostKey] = await running.printed(/^perch: listening on (\S+) (SHA256:\S+)$/m);
  await running.printed(/http:\/\/127\.0\.0\.1/);
  return { running, instance: { name, region: machine.name, address: listening!, hostKey: hostKey! } };
}

const GAME_PORT = 8400;

/** A person opens a game on the machine and plays `cells`, alternating with a second one. Gives the game's id. */
export async function playGame(machine: Machine, cells: readonly number[]): Promise<string> {
  const program = `
    const url = 'http://127.0.0.1:${GAME_PORT}';
    const post = async (path, body) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(path + ': ' + (await response.text()));
      return response.json();
    };
    const events = (await fetch(url + '/events')).body.pipeThrough(new TextDecoderStream());
    const x = await post('/games', { name: 'Ada' });
    const o = await post('/join', { id: x.id, name: 'Grace' });
    const cells = ${JSON.stringify(cells)};
    let text = '';
    let played = 0;
    const next = () => post('/move', { id: x.id, token: (played % 2 ? o : x).token, cell: cells[played] });
    await next();
    for await (const part of events) {
      text += part;
      const views = text.split('\\n\\n').filter((event) => event.includes('event: game') && event.includes(x.id));
      if (!views.some((view) => view.includes('"moves":' + (played + 1) + ','))) continue;
      if (++played === cells.length) break;
      await next();
    }
    process.stdout.write(x.id);
    process.exit();`;
  return machine.must([process.execPath, '--input-type=module', '-e', program]);
}
