import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { importInventory, ofInventory } from '../../../client/fleet/import-inventory.ts';
import { readInventory } from '../../../client/fleet/inventory.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const GIVEN = `# of the team
environments:
  production:
    tunnel: ./fly.conf # ours
    identity: /keys/drill
    production: true
    services: { web: { instances: [{ name: a, address: "h:1" }] } }
  staging:
`;

test('an inventory means the same from where it is put, comments and order included', async () => {
  const folder = temporaryFolder();
  const from = path.join(folder, 'theirs/fleet.yaml');
  const text = ofInventory(GIVEN, from);
  expect(text).toContain(`tunnel: ${folder}/theirs/fly.conf # ours`);
  expect(text).toContain('# of the team');
  expect(text).toContain('identity: /keys/drill');
});

test('it becomes the own one, for this person alone, and one that is there is never touched', async () => {
  const folder = temporaryFolder();
  const from = path.join(folder, 'given.yaml');
  const to = path.join(folder, 'config/perch/fleet.yaml');
  writeFileSync(from, GIVEN);
  expect(await importInventory(from, to)).toEqual(['production', 'staging']);
  expect((await readInventory(to))!.environments[0]!.tunnel).toBe(path.join(folder, 'fly.conf'));
  expect(statSync(to).mode & 0o777).toBe(0o600);
  const before = readFileSync(to, 'utf8');
  await expect(importInventory(from, to)).rejects.toMatchObject({
    code: 'BAD_INVENTORY',
    message: expect.stringMatching(/There is an inventory already/),
  });
  expect(readFileSync(to, 'utf8')).toBe(before);
  expect(readdirSync(path.dirname(to))).toEqual(['fleet.yaml']);
});

test('what is none is refused with line and column, and nothing is written', async () => {
  const folder = temporaryFolder();
  const from = path.join(folder, 'given.yaml');
  const to = path.join(folder, 'fleet.yaml');
  writeFileSync(from, 'environments:\n  p:\n    tunel: x\n');
  await expect(importInventory(from, to)).rejects.toThrow(`${from}:3:5`);
  await expect(importInventory(path.join(folder, 'none.yaml'), to)).rejects.toThrow(/Cannot read/);
  writeFileSync(from, `# ${'x'.repeat(2_000_000)}`);
  await expect(importInventory(from, to)).rejects.toThrow(/more than/);
  expect(existsSync(to)).toBe(false);
});

test('a profile becomes an environment with its tunnel; one that would run commands does not', async () => {
  const folder = temporaryFolder();
  const from = path.join(folder, 'fly.conf');
  const to = path.join(folder, 'fleet.yaml');
  const key = Buffer.alloc(32, 7).toString('base64');
  const conf = (more = '') =>
    `[Interface]\nPrivateKey = ${key}\nAddress = 10.0.0.2/32\n${more}[Peer]\nPublicKey = ${Buffer.alloc(32, 9).toString('base64')}\nEndpoint = 192.0.2.1:51820\nAllowedIPs = 10.0.0.0/24\n`;
  writeFileSync(from, conf('PostUp = rm -rf /\n'), { mode: 0o600 });
  await expect(importInventory(from, to)).rejects.toMatchObject({ code: 'CONF_RUNS_COMMANDS' });
  writeFileSync(from, conf(), { mode: 0o600 });
  expect(await importInventory(from, to)).toEqual(['fly']);
  expect((await readInventory(to))!.environments).toEqual([
    { name: 'fly', tunnel: from, identity: null, services: [] },
  ]);
  expect(readFileSync(to, 'utf8')).not.toContain(key);
});
