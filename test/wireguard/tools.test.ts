import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/lab.ts';
import { LabFleet, traces } from '../support/lab-fleet.ts';

let lab: Lab;
let fly: LabFleet;
beforeAll(async () => {
  lab = await startLab();
  fly = new LabFleet(lab, 'fly', lab.flyConf(), []);
});
afterAll(() => lab?.stop());

/** `perch tunnel up fly` where another file stands in the place of a tool. */
function upWith(tool: string, instead: string) {
  const perch = `${process.execPath} cli/bin.js tunnel up fly --inventory ${fly.inventory} --json`;
  return lab.desktop.run([
    'unshare',
    '--mount',
    'sh',
    '-c',
    `mount --bind ${instead} ${tool} && exec ${perch}`,
  ]);
}

it('a tool that is missing is named, with the line that installs it', async () => {
  const { exitCode, stdout } = await upWith('/usr/bin/wg-quick', '/dev/null');
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'NOT_ON_THIS_SYSTEM',
    message: expect.stringContaining(
      'wg-quick is not installed. On Debian and Ubuntu: sudo apt-get install wireguard',
    ),
  });
});

it('a tool that hangs is ended, with all that it started and made', async () => {
  const script = path.join(lab.folder, 'hangs');
  writeFileSync(
    script,
    `#!/bin/bash
trap '' TERM
ip link add "$(basename "$2" .conf)" type dummy
sleep 7777`,
    { mode: 0o755 },
  );
  const { exitCode, stdout } = await upWith('/usr/bin/wg-quick', script);
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'TUNNEL_FAILED',
    message: 'wg-quick did not finish within 10 s',
  });
  expect(await traces(lab)).toEqual([]);
  expect((await lab.desktop.run(['pgrep', '-f', '^sleep 7777'])).stdout).toBe('');
});

it("a tool's failure is told in its last words, keys taken out", async () => {
  const script = path.join(lab.folder, 'fails');
  writeFileSync(
    script,
    `#!/bin/bash
echo "[#] ip link add x" >&2
echo "Key is not valid: $(grep PrivateKey "$2")" >&2
exit 1`,
    { mode: 0o755 },
  );
  const { stdout } = await upWith('/usr/bin/wg-quick', script);
  expect(JSON.parse(stdout).error.message).toBe('wg-quick up failed: Key is not valid: PrivateKey = [key]');
});
