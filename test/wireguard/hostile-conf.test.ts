import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/lab.ts';
import { LabFleet, traces } from '../support/lab-fleet.ts';
import { conf, hostileConfs } from '../support/wireguard-conf.ts';

let lab: Lab;
let fleet: LabFleet;
let canary: string;
let files: ReturnType<typeof hostileConfs>;
beforeAll(async () => {
  lab = await startLab();
  canary = path.join(lab.folder, 'canary');
  fleet = new LabFleet(lab, 'hostile', '', []);
  files = hostileConfs(canary);
});
afterAll(() => lab?.stop());

const names = hostileConfs('').map(({ name }, index) => [name, index] as const);

describe('a .conf that would run a command', () => {
  it.each(names)('%s: runs nothing and brings nothing up', async (_, index) => {
    const { bytes, code } = files[index]!;
    writeFileSync(fleet.conf, bytes);
    const { exitCode, stdout } = await fleet.perch(['tunnel', 'up', 'hostile', '--yes', '--json']);
    expect(JSON.parse(stdout).error.code).toBe(code);
    expect(exitCode).toBe(2);
    expect(existsSync(canary)).toBe(false);
    expect(await traces(lab)).toEqual([]);
  });

  it('is no empty threat: wg-quick itself would have run those that say so', async () => {
    const file = path.join(lab.folder, 'wgevil.conf');
    for (const { name, bytes, isRunByWgQuick } of files) {
      writeFileSync(file, bytes, { mode: 0o600 });
      await lab.desktop.run(['wg-quick', 'up', file]);
      await lab.desktop.run(['ip', 'link', 'delete', 'dev', 'wgevil']);
      expect(existsSync(canary), name).toBe(isRunByWgQuick);
      rmSync(canary, { force: true });
    }
  });
});

it('the file they are made from comes up', async () => {
  writeFileSync(fleet.conf, conf());
  const { exitCode, stdout } = await fleet.perch(['tunnel', 'up', 'hostile', '--timeout', '1', '--json']);
  expect(exitCode, stdout).toBe(0);
  expect(await fleet.json(['tunnel', 'down', 'hostile'])).toMatchObject({ state: 'off' });
});
