import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TunnelStatus } from '../../client/wireguard/status.ts';
import { Tunnels } from '../../electron/tunnels.ts';
import { tunnelView } from '../../electron/views.ts';
import { temporaryFolder } from '../support/temporary.ts';

let tunnels: Tunnels | null = null;
afterEach(() => tunnels?.close());

const KEY = Buffer.alloc(32, 7).toString('base64');
const conf = (more: string) =>
  `[Interface]\nPrivateKey = ${KEY}\nAddress = 10.99.98.97/32\n${more}[Peer]\nPublicKey = ${KEY}\nAllowedIPs = 10.99.98.0/24\nEndpoint = 192.0.2.1:51820\n`;

test('a file that was mended is used again by itself', async () => {
  const tunnel = path.join(temporaryFolder(), 'lab.conf');
  writeFileSync(tunnel, conf('PostUp = touch /tmp/never\n'), { mode: 0o600 });
  let told = () => {};
  const until = (health: string) =>
    new Promise<void>((resolve) => {
      told = () => {
        if (tunnels?.view('lab')?.health === health) resolve();
      };
      told();
    });
  tunnels = new Tunnels(() => told());
  tunnels.follow({ file: '', environments: [{ name: 'lab', tunnel, identity: null, services: [] }] });
  await until('trouble');
  expect(tunnels.view('lab')!.words).toContain('PostUp');
  writeFileSync(tunnel, conf(''), { mode: 0o600 });
  await until('off');
}, 15_000);

test('an interface of which only root knows more is not called up without a doubt', () => {
  const status = { state: 'unknown', words: 'only root may read', peers: [] } as unknown as TunnelStatus;
  expect(tunnelView(status).short).toBe('up, unverified');
});
