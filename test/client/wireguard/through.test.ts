import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { FleetInstance } from '../../../client/fleet/fleet.ts';
import { throughTunnel } from '../../../client/wireguard/through.ts';
import { readTunnel, tunnelDown, tunnelUp } from '../../../client/wireguard/tunnel.ts';
import { conf } from '../../support/wireguard-conf.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'perch-conf-'));
afterAll(() => rm(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o600): string {
  const full = path.join(folder, name);
  writeFileSync(full, text, { mode });
  return full;
}

/** Loopback has this address everywhere: a tunnel that is "up" without one being made. */
const LOOPBACK = conf({ interface: { Address: '127.0.0.1' }, peer: { AllowedIPs: '127.9.0.0/16' } });

function instance(tunnel: string | null, host: string): Pick<FleetInstance, 'tunnel' | 'address' | 'place'> {
  const place = {
    name: 'fra-1',
    region: 'fra',
    service: 'game',
    environment: 'prod',
    address: `${host}:7400`,
  };
  return { tunnel, place, address: { kind: 'tcp', host, port: 7400 } };
}

describe('the way to an instance', () => {
  it('begins at the tunnel’s own address while an interface holds it', async () => {
    const tunnel = file('loopback.conf', LOOPBACK);
    await expect(throughTunnel(instance(tunnel, '127.9.0.5'))).resolves.toBe('127.0.0.1');
  });

  it('is closed while the tunnel is off, and the words say what to run', async () => {
    await expect(throughTunnel(instance(file('off.conf', conf()), '10.88.0.9'))).rejects.toMatchObject({
      code: 'TUNNEL_OFF',
      message: 'The tunnel of prod is off (perch tunnel up prod)',
    });
  });

  it('is free where there is no tunnel', async () => {
    await expect(throughTunnel(instance(null, '192.0.2.1'))).resolves.toBeUndefined();
  });
});

describe('the tunnel of an environment', () => {
  const environment = (tunnel: string | null) => ({ name: 'prod', tunnel, identity: null, services: [] });

  it('is missing, or its file is', async () => {
    await expect(readTunnel(environment(null))).rejects.toMatchObject({ code: 'NO_TUNNEL' });
    for (const nothing of [path.join(folder, 'none.conf'), folder, '/dev/zero']) {
      await expect(readTunnel(environment(nothing))).rejects.toMatchObject({
        code: 'BAD_CONF',
        message: expect.stringContaining(nothing),
      });
    }
  });

  it('is warned about when others can read its key', async () => {
    const kinds = async (mode: number) => {
      const { warnings } = await readTunnel(environment(file(`mode-${mode}.conf`, conf(), mode)));
      return warnings.map(({ kind }) => kind);
    };
    expect(await kinds(0o644)).toEqual(['readable-by-others']);
    expect(await kinds(0o600)).toEqual([]);
  });

  it('that is up is used as it is, whoever made it, and is not taken down', async () => {
    const tunnel = await readTunnel(environment(file('theirs.conf', LOOPBACK)));
    await expect(tunnelUp(tunnel, { asRoot: 'sudo', allTraffic: false })).resolves.toBe('was-up');
    await expect(tunnelDown(environment(tunnel.file), { asRoot: 'sudo' })).rejects.toMatchObject({
      code: 'TUNNEL_FAILED',
      message: expect.stringContaining('lo was not brought up by Perch'),
    });
  });

  it('takes all traffic only when told so', async () => {
    const all = conf({ peer: { AllowedIPs: '0.0.0.0/0' } });
    const tunnel = await readTunnel(environment(file('all.conf', all)));
    await expect(tunnelUp(tunnel, { asRoot: 'sudo', allTraffic: false })).rejects.toMatchObject({
      code: 'CONFIRM_NEEDED',
      message: expect.stringContaining('all.conf:7: 0.0.0.0/0 sends all traffic'),
    });
  });
});
