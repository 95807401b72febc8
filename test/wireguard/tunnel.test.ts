import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TunnelStatus } from '../../client/wireguard/status.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { AGENTS, dial, LabFleet, type LabInstance, listenOn, traces } from '../support/lab-fleet.ts';
import { TUNNEL, UNDERLAY } from '../support/lab-network.ts';

const BOTH: LabInstance[] = [
  { name: 'fra-1', region: 'fra', address: AGENTS.fra.v6 },
  { name: 'lax-1', region: 'lax', address: AGENTS.lax.v6 },
];

let lab: Lab;
let fly: LabFleet;
let regions: LabFleet;
beforeAll(async () => {
  lab = await startLab();
  fly = new LabFleet(lab, 'fly', lab.flyConf(), BOTH);
  regions = new LabFleet(lab, 'regions', lab.regionsConf(), BOTH);
  await listenOn(lab.fra, AGENTS.fra.v6);
  await listenOn(lab.lax, AGENTS.lax.v6);
});
afterAll(() => lab?.stop());
afterEach(async () => {
  await fly.perch(['tunnel', 'down', 'fly']);
  await regions.perch(['tunnel', 'down', 'regions']);
});

const up = async (fleet: LabFleet, env?: Record<string, string>): Promise<TunnelStatus> => {
  const { exitCode, stdout, stderr } = await fleet.perch(['tunnel', 'up', fleet.env, '--json'], { env });
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe('perch tunnel up', () => {
  it("brings a tunnel of Fly's shape up: DNS and a name as endpoint included", async () => {
    expect(await fly.status()).toMatchObject({
      state: 'off',
      interface: null,
      peers: [{ name: 'fra, lax' }],
    });
    const status = await up(fly);
    expect(status).toMatchObject({
      env: 'fly',
      state: 'up',
      isOurs: true,
      interface: expect.stringMatching(/^prch-[0-9a-f]{8}$/),
      addresses: [`${TUNNEL.fly.v6}/120`],
      dns: ['fdaa:9:c0de::3'],
      unknown: [],
      peers: [{ endpoint: 'gateway.lab.example:51820', state: 'up', keepaliveS: 15 }],
    });
    expect(status.peers[0]!.handshakeAgeMs).toBeLessThan(10_000);
    // Names on this computer are left alone.
    expect(await lab.desktop.must(['cat', '/etc/resolv.conf'])).not.toContain('fdaa');
  });

  it('leads to the regions inside the tunnel, where nothing listens outside of it', async () => {
    await up(regions);
    expect(await dial(lab.desktop, TUNNEL.fra.v6, 7400)).toBe('connected');
    expect(await dial(lab.desktop, TUNNEL.lax.v6, 7400)).toBe('connected');
    for (const { v4, v6 } of [UNDERLAY.fra, UNDERLAY.lax]) {
      expect(await dial(lab.desktop, v4, 7400)).toBe('ECONNREFUSED');
      expect(await dial(lab.desktop, v6, 7400)).toBe('ECONNREFUSED');
    }
  });

  it('twice is as good as once', async () => {
    const first = await up(fly);
    const second = await fly.perch(['tunnel', 'up', 'fly', '--json']);
    expect(second.stderr).toContain('was up already');
    expect(JSON.parse(second.stdout).interface).toBe(first.interface);
    expect(await lab.desktop.must(['pgrep', '-c', '-f', 'wireguard-go prch-'])).toBe('1\n');
  });

  it('is not disturbed by what the environment would tell wireguard-go', async () => {
    // LOG_LEVEL alone would hang it for ever.
    expect(await up(fly, { LOG_LEVEL: 'debug', WG_PROCESS_FOREGROUND: '0' })).toMatchObject({ state: 'up' });
  });

  it('uses a tunnel that somebody else brought up, and leaves it up', async () => {
    const theirs = path.join(lab.folder, 'wgown.conf');
    writeFileSync(theirs, lab.regionsConf(), { mode: 0o600 });
    await lab.desktop.must(['wg-quick', 'up', theirs]);
    try {
      expect(await up(regions)).toMatchObject({ state: 'up', interface: 'wgown', isOurs: false });
      const { exitCode, stderr } = await regions.perch(['tunnel', 'down', 'regions']);
      expect(exitCode).toBe(3);
      expect(stderr).toContain('wgown was not brought up by Perch');
      expect(await regions.status()).toMatchObject({ interface: 'wgown' });
    } finally {
      await lab.desktop.must(['wg-quick', 'down', theirs]);
    }
  });

  it('refuses a range that is routed elsewhere, by name, and leaves nothing', async () => {
    await up(fly);
    const other = new LabFleet(
      lab,
      'other',
      lab.flyConf().replace(/Address = .*/, 'Address = fdaa:9:c0de:d::9/120'),
      [],
    );
    const { exitCode, stderr } = await other.perch(['tunnel', 'up', 'other']);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/fdaa:9:c0de::\/48 is routed through prch-[0-9a-f]{8} already/);
    const { interface: ours } = await fly.status();
    expect((await traces(lab)).every((trace) => trace.includes(ours!))).toBe(true);
  });

  it("says wg-quick's own words when that fails, without keys, and leaves nothing", async () => {
    // A port that is taken by the tunnel that is up: WireGuard itself refuses.
    await up(fly);
    const port = (
      await lab.desktop.must(['wg', 'show', (await fly.status()).interface!, 'listen-port'])
    ).trim();
    const conf = lab.regionsConf().replace('MTU = 1400', `ListenPort = ${port}`);
    const clash = new LabFleet(lab, 'clash', conf, []);
    const { exitCode, stderr } = await clash.perch(['tunnel', 'up', 'clash']);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/wg-quick up failed: .*Address already in use/);
    expect(stderr).not.toMatch(/[A-Za-z0-9+/]{43}=/);
    const { interface: ours } = await fly.status();
    expect((await traces(lab)).every((trace) => trace.includes(ours!))).toBe(true);
  });

  it('says that the name of an endpoint cannot be looked up', async () => {
    const conf = lab.flyConf().replace('gateway.lab.example', 'nowhere.lab.example');
    const lost = new LabFleet(lab, 'lost', conf, []);
    const { exitCode, stderr } = await lost.perch(['tunnel', 'up', 'lost']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("endpoint's name nowhere.lab.example could not be looked up");
    expect(await traces(lab)).toEqual([]);
  });
});

describe('perch tunnel down', () => {
  it('leaves no interface, process or file', async () => {
    await up(regions);
    expect(await traces(lab)).toHaveLength(3);
    const pid = (await lab.desktop.must(['pgrep', '-f', 'wireguard-go prch-'])).trim();
    const { exitCode, stdout } = await regions.perch(['tunnel', 'down', 'regions', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ env: 'regions', state: 'off', peers: [] });
    // wireguard-go ends by itself when its interface went.
    await lab.desktop.must(['timeout', '5', 'tail', `--pid=${pid}`, '-f', '/dev/null']);
    expect(await traces(lab)).toEqual([]);
    expect(await lab.desktop.must(['ip', '-6', 'route', 'show', 'fdaa:9:c0de:f::/64'])).toBe('');
    expect((await regions.perch(['tunnel', 'down', 'regions'])).stdout).toContain('was off already');
  });

  it('works when the file is gone or spoilt meanwhile', async () => {
    for (const spoil of [() => rmSync(fly.conf), () => writeFileSync(fly.conf, 'PostUp = x')]) {
      await up(fly);
      spoil();
      expect((await fly.perch(['tunnel', 'down', 'fly'])).exitCode).toBe(0);
      writeFileSync(fly.conf, lab.flyConf());
      expect(await fly.status()).toMatchObject({ state: 'off' });
    }
    chmodSync(fly.conf, 0o600);
  });
});

describe('an ordinary user, while the tunnel is up', () => {
  /** In a user namespace of its own: another uid, and no right over the network. */
  const asUser = (fleet: LabFleet, ...args: string[]) =>
    lab.desktop.run(
      ['unshare', '--user', '--map-user=1000', '--map-group=1000', process.execPath, 'cli/bin.js'].concat(
        args,
        ['--inventory', fleet.inventory, '--json'],
      ),
    );

  it.each([
    ['fly', ['handshakes']],
    ['regions', ['handshakes', 'counters']],
  ])('sees %s by what its agents answer, and what it cannot see', async (env, unknown) => {
    const fleet = env === 'fly' ? fly : regions;
    await up(fleet);
    const status: TunnelStatus = JSON.parse((await asUser(fleet, 'tunnel', 'status', env)).stdout);
    expect(status).toMatchObject({ state: 'up', isOurs: true, unknown });
    expect(status.peers.every((peer) => peer.handshakeAgeMs === null)).toBe(true);
    // Up already: nothing needs root.
    expect((await asUser(fleet, 'tunnel', 'up', env)).exitCode).toBe(0);
  });

  it('cannot take it down', async () => {
    await up(fly);
    const { exitCode, stdout } = await asUser(fly, 'tunnel', 'down', 'fly');
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'NEEDS_ROOT',
      message: expect.stringMatching(
        /^Taking a tunnel down needs root\. Run: sudo .* tunnel down fly --inventory /,
      ),
    });
    expect(await fly.status()).toMatchObject({ state: 'up' });
  });
});

describe('a connection of the environment', () => {
  it('is not tried any other way while the tunnel is off', async () => {
    // The default route leads to the underlay, which would swallow or, worse, answer it.
    const { exitCode, stdout } = await fly.perch(['tree', 'fra-1', '--json']);
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'TUNNEL_OFF', facts: { env: 'fly' } });
  });
});
