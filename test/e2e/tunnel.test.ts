import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../support/lab.ts';
import { AGENTS, LabFleet, playGame, startGame } from '../support/lab-fleet.ts';

let lab: Lab;
let fleet: LabFleet;

beforeAll(async () => {
  lab = await startLab();
  const identity = path.join(lab.folder, 'key');
  const { document } = await lab.desktop.perchJson<{ publicKey: string }>(['keys', 'new', '--out', identity]);
  const [fra, lax] = await Promise.all([
    startGame(lab.fra, AGENTS.fra.v6, document.publicKey),
    startGame(lab.lax, AGENTS.lax.v6, document.publicKey),
  ]);
  fleet = new LabFleet(lab, 'fly', lab.flyConf(), [fra.instance, lax.instance], identity);
});

afterAll(() => lab?.stop());

// The app and who drives it speak over loopback, so both have to be on the lab's desktop.
test('the main job in the app, through WireGuard, against agents that listen inside the tunnel only', async () => {
  // It waits for its players for as long as the story takes.
  const game = await playGame(lab.fra, [4]);
  const story = 'test/e2e/programs/tunnel-story.ts';
  const program = ['node_modules/.bin/tsx', story, fleet.inventory, 'fly', game];
  const { exitCode, stdout, stderr } = await lab.desktop.run(program, { timeoutMs: 150_000 });
  expect(stdout.split('\n').slice(0, -1), stderr).toEqual([
    'with the tunnel off it says so, and how to turn it on',
    'with the tunnel up both regions come by themselves',
    'a game opens and shows its state',
    'it is killed, and comes back as #2',
    'it goes down and comes up again, and the tree with it',
  ]);
  expect(exitCode, stderr).toBe(0);
}, 180_000);
