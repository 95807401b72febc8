import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromInventory } from '../../client/fleet/fleet.ts';
import { parseInventory } from '../../client/fleet/inventory.ts';
import type { LocalInstance } from '../../client/fleet/local.ts';
import { findInstance, type Login, targetOf } from '../../client/target.ts';
import type { PerchError } from '../../protocol/errors.ts';
import { infoOf } from './scripted-session.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'target-'));
const pin = `SHA256:${'a'.repeat(43)}`;
const configured = fromInventory(
  parseInventory(
    `environments:
  production:
    identity: ./prod_key
    services: { web: { hostKey: "${pin}", instances: [{ name: fra-1, address: "10.0.0.1:7400" }] } }
  staging:
    services: { web: { instances: [{ name: fra-1, address: "10.0.0.2:7400" }, { name: lax-1, address: "10.0.0.3:7400" }] } }
`,
    path.join(folder, 'fleet.yaml'),
  ),
);
const local: LocalInstance[] = [
  { path: '/run/perch/1.sock', info: infoOf({ pid: 1, service: 'game', instance: 'game-fra' }) },
  { path: '/run/perch/2.sock', info: infoOf({ pid: 2, service: 'game', instance: 'game-lax' }) },
  { path: '/run/perch/3.sock', info: infoOf({ pid: 3, service: 'bank', instance: 'bank-3' }) },
];

const find = (text: string) => findInstance(text, { configured, findLocal: async () => local });

describe('a target', () => {
  it.each([
    ['a name of the inventory', 'lax-1', '10.0.0.3:7400'],
    ['an environment and a name', 'staging/fra-1', '10.0.0.2:7400'],
    ['the name of a local instance', 'game-lax', 'unix:/run/perch/2.sock'],
    ['its pid', '2', 'unix:/run/perch/2.sock'],
    ['its service, where that is one instance', 'bank', 'unix:/run/perch/3.sock'],
    ['an address', 'example.org:7400', 'example.org:7400'],
  ])('is %s', async (_, text, address) => {
    expect((await find(text)).place.address).toBe(address);
  });

  it('keeps what the inventory says of its address', async () => {
    expect(await find('10.0.0.1:7400')).toMatchObject({ key: 'production/fra-1', hostKey: pin });
  });

  it.each([
    ['fra-1', ['production/fra-1', 'staging/fra-1']],
    ['game', ['unix:/run/perch/1.sock', 'unix:/run/perch/2.sock']],
  ])('%s is ambiguous', async (text, choices) => {
    const error: PerchError = await find(text).catch((thrown) => thrown);
    expect(error.code).toBe('AMBIGUOUS_TARGET');
    expect(error.facts.choices).toEqual(choices);
  });

  it('that is nowhere names what is near', async () => {
    const error: PerchError = await find('game-fre').catch((thrown) => thrown);
    expect(error.code).toBe('NO_SUCH_TARGET');
    expect(error.facts.nearest).toEqual(['game-fra']);
  });

  it('of the inventory is not looked for on this computer', async () => {
    const findLocal = () => Promise.reject(new Error('it was looked for'));
    expect((await findInstance('lax-1', { configured, findLocal })).key).toBe('staging/lax-1');
  });
});

describe('logging in', () => {
  writeFileSync(path.join(folder, 'prod_key'), 'PROD');
  writeFileSync(path.join(folder, 'own_key'), 'OWN');
  writeFileSync(path.join(folder, 'flag_key'), 'FLAG');
  const login: Login = {
    identities: [path.join(folder, 'none'), path.join(folder, 'own_key')],
    knownHosts: '/k/known_hosts',
  };

  it("takes the inventory's key and pin, options before them", async () => {
    const instance = await find('production/fra-1');
    expect(await targetOf(instance, login)).toMatchObject({
      login: 'publickey',
      identity: 'PROD',
      hostKey: { kind: 'pinned', sha256: pin },
    });
    const other = `SHA256:${'b'.repeat(43)}`;
    const flags = { ...login, identity: path.join(folder, 'flag_key'), hostKey: other };
    expect(await targetOf(instance, flags)).toMatchObject({
      identity: 'FLAG',
      hostKey: { kind: 'pinned', sha256: other },
    });
  });

  it("takes the person's own key and known hosts where nothing else is said", async () => {
    expect(await targetOf(await find('lax-1'), login)).toMatchObject({
      identity: 'OWN',
      hostKey: { kind: 'known-hosts', file: '/k/known_hosts' },
    });
  });

  it('needs nothing on a local socket', async () => {
    const target = await targetOf(await find('game-fra'), { identities: [], knownHosts: '' });
    expect(target).toEqual({
      address: { kind: 'unix', path: '/run/perch/1.sock' },
      login: 'none',
      hostKey: { kind: 'any' },
    });
  });

  it.each([
    ['NO_IDENTITY', { ...login, identities: [] }],
    ['BAD_IDENTITY', { ...login, identity: path.join(folder, 'nowhere') }],
    ['BAD_USAGE', { ...login, hostKey: 'SHA256:short' }],
  ])('is %s', async (code, wrong) => {
    await expect(targetOf(await find('lax-1'), wrong)).rejects.toMatchObject({ code });
  });
});
