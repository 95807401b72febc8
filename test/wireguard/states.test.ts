import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TunnelStatus } from '../../client/wireguard/status.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { AGENTS, LabFleet, listenOn } from '../support/lab-fleet.ts';
import type { Running } from '../support/lab-machine.ts';
import { newKey, SERVER_INTERFACE } from '../support/lab-network.ts';

/** Watches no longer than that: what a state must be known in, and two seconds for a busy machine. */
const within = (ms: number) => ['--timeout', String(ms + 2000)];
const AT_ONCE_MS = 1000;
const STALE_MS = 5000;

let lab: Lab;
let fra: Running;
let fleet: LabFleet;
beforeAll(async () => {
  lab = await startLab();
  const instances = [
    { name: 'fra-1', region: 'fra', address: AGENTS.fra.v4 },
    { name: 'lax-1', region: 'lax', address: AGENTS.lax.v6 },
  ];
  fleet = new LabFleet(lab, 'prod', lab.regionsConf(), instances);
  await listenOn(lab.lax, AGENTS.lax.v6);
});
afterAll(() => lab?.stop());
afterEach(async () => {
  await fra?.stop();
  await fleet.perch(['tunnel', 'down', 'prod']);
});

async function up(): Promise<TunnelStatus> {
  fra = await listenOn(lab.fra, AGENTS.fra.v4);
  return fleet.json(['tunnel', 'up', 'prod']);
}

const peer = (status: TunnelStatus, name: string) => status.peers.find((one) => one.name === name)!;

describe('perch tunnel status', () => {
  it('off: says what to run', async () => {
    expect(await fleet.status()).toMatchObject({
      state: 'off',
      words: 'The tunnel on this computer is off. Turn it on with `perch tunnel up prod`.',
    });
  });

  it('up: all peers, with the age of their handshakes', async () => {
    await up();
    const status = await fleet.status();
    expect(status).toMatchObject({ state: 'up', words: 'Connected to all 2 peers.' });
    expect(peer(status, 'fra').words).toMatch(/^fra: connected, last handshake \d+ s ago\.$/);
    const { stdout } = await fleet.perch(['tunnel', 'status', 'prod']);
    expect(stdout).toContain('Connected to all 2 peers.\n');
    expect(stdout).toContain('lax: connected');
    expect(stdout).toContain(status.publicKey);
  });

  it('agent down: the tunnel is fine, nobody listens', async () => {
    await up();
    await fra.stop();
    const status = await fleet.status(within(AT_ONCE_MS));
    const words = `The tunnel is up, but no agent listens at fra (${AGENTS.fra.v4}).`;
    expect(status).toMatchObject({ state: 'agent-down', words });
    expect(peer(status, 'lax').state).toBe('up');
  });

  it('stale: a peer that died, named, while the other one is fine', async () => {
    await up();
    const pid = (await lab.fra.must(['pgrep', '-f', `wireguard-go ${SERVER_INTERFACE.fra}`])).trim();
    await lab.fra.must(['kill', '-STOP', pid]);
    try {
      const status = await fleet.status(within(STALE_MS));
      expect(status.state).toBe('stale');
      expect(status.words).toMatch(/^fra does not answer through the tunnel \(last packet \d+ s ago\)\./);
      expect(peer(status, 'lax').state).toBe('up');
    } finally {
      await lab.fra.must(['kill', '-CONT', pid]);
    }
    expect(await fleet.status()).toMatchObject({ state: 'up' });
  });

  it('no handshake: a key that is not known there', async () => {
    const wrong = new LabFleet(
      lab,
      'wrong',
      lab.regionsConf().replace(/PrivateKey = .*/, `PrivateKey = ${newKey()}`),
      [{ name: 'fra-1', region: 'fra', address: AGENTS.fra.v4 }],
    );
    try {
      const status = await wrong.json<TunnelStatus>(['tunnel', 'up', 'wrong', '--timeout', '15000']);
      expect(status).toMatchObject({ state: 'no-handshake' });
      expect(status.words).toContain(`is this computer's public key ${status.publicKey} registered there?`);
      expect(peer(status, 'fra')).toMatchObject({ handshakeAgeMs: null, rxBytes: 0 });
    } finally {
      await wrong.perch(['tunnel', 'down', 'wrong']);
    }
  });

  it('offline: nothing leaves this computer', async () => {
    await up();
    await lab.desktop.must(['ip', 'link', 'set', 'eth0', 'down']);
    const status = await fleet.status(within(STALE_MS));
    expect(status.state).toBe('offline');
    expect(status.words).toContain('Is it online?');
  });
});
