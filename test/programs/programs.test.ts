/** Programs that nobody here wrote, each with and without the agent: nobody who uses them sees a difference. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { nodeRuntime } from '../../scripts/node-runtime.ts';
import { installPrograms } from '../../scripts/programs.ts';
import { type Home, type Json, makeHome } from '../support/demo.ts';
import { freePort } from '../support/free-port.ts';
import { localSocket } from '../support/service.ts';
import { installAgent, packAgent } from '../support/tarball.ts';
import { until } from '../support/until.ts';
import { startProgram } from './life.ts';
import { nodeRed } from './node-red.ts';
import { remoteCache } from './remote-cache.ts';
import { verdaccio } from './verdaccio.ts';

const cwd = mkdtempSync(path.join(os.tmpdir(), 'perch-programs-'));
let home: Home;
let installed: string;
let node: string;

beforeAll(async () => {
  [installed, node] = await Promise.all([installPrograms(), nodeRuntime(24)]);
  await installAgent(await packAgent(cwd), cwd, 'commonjs');
  home = makeHome();
}, 600_000);
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true });
  home?.remove();
});

const WITH_AGENT = ['--import', '@perch/agent/register'];
const LISTENS = /^perch: listening on 127\.0\.0\.1:\d+ SHA256:\S+$/;

test.each([verdaccio, nodeRed, remoteCache])('$service', async (program) => {
  const common = { program, node, installed, cwd, port: await freePort() };
  const bare = await startProgram({ ...common, flags: [], env: home.env });
  await bare.use();
  const without = await bare.end();

  const env = {
    ...home.env,
    PERCH_LISTEN: '127.0.0.1:0',
    PERCH_AUTHORIZED_KEYS: newKeyPair('ada@laptop').publicLine,
  };
  const observed = await startProgram({ ...common, flags: WITH_AGENT, env });
  const address = `unix:${await localSocket(home.sockets, observed.pid)}`;
  const tree = async (): Promise<Json[]> => (await home.perch('tree', address)).json.nodes;
  const lineages = async () => (await tree()).map(({ lineage }) => lineage);
  await until(lineages).toEqual(
    expect.arrayContaining([`process:${program.service}`, 'main', ...program.shows]),
  );
  await observed.use();
  expect((await home.perch('check', address)).exit).toBe(0);
  expect((await home.fleet()).map(({ address }) => address)).toContain(address);
  const withAgent = await observed.end();

  expect(without.answers.length).toBeGreaterThan(5);
  expect(withAgent.answers).toEqual(without.answers);
  expect(withAgent.stderr.filter((line) => LISTENS.test(line))).toHaveLength(1);
  expect(linesOf(withAgent)).toEqual(linesOf(without));
  expect(withAgent.end).toEqual(without.end);
});

/** What is printed by parts that start side by side has no order. */
function linesOf({ stdout, stderr }: { stdout: string[]; stderr: string[] }) {
  return { stdout: stdout.toSorted(), stderr: stderr.filter((line) => !LISTENS.test(line)).toSorted() };
}
