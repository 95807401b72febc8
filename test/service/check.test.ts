/** `perch check` against services that are well, and that are not. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Json, perch, perchJson } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: Service;
let env: NodeJS.ProcessEnv;
const NAME = 'troubled-fra';

beforeEach(async () => {
  service = await startService('troubled.js', {
    env: { PERCH_SERVICE: 'troubled', PERCH_REGION: 'fra', PERCH_INSTANCE: NAME },
  });
  await service.socket();
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
});
afterEach(() => service.stop());

const check = (...words: string[]) => perchJson(env, 'check', NAME, ...words);
const rulesOf = (json: Json) => json.findings.map(({ rule }: Json) => rule);

/** Looks again until the rule finds something; gives what it found. */
async function found(rule: string): Promise<Json> {
  let ran = await check();
  await until(async () => {
    ran = await check();
    return rulesOf(ran.json);
  }).toContain(rule);
  expect(ran.exit).toBe(7);
  return ran.json.findings.find((finding: Json) => finding.rule === rule);
}

test('a service that is well: exit 0, and it says what it checked', async () => {
  const { exit, json } = await check();
  expect(json).toEqual({
    checked: { instances: 1, reached: 1, rules: expect.arrayContaining(['blocked-loop', 'gone']) },
    findings: [],
  });
  expect(exit).toBe(0);
  const ran = await perch(env, 'check', NAME);
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout).toMatch(/^Nothing is wrong\. 1 instance checked for\n {2}.*\n/);
  expect(ran.stdout).toContain('loops that stand still for 500 ms or longer');
});

test('a blocked loop: exit 7, where it stands, and the command that shows its stack', async () => {
  service.send('block');
  const finding = await found('blocked-loop');
  expect(finding).toMatchObject({
    severity: 'failed',
    instance: NAME,
    environment: null,
    lineage: 'main',
    node: `${service.pid}.0`,
    leadsTo: { tab: 'stack' },
  });
  await until(async () => (await found('blocked-loop')).sentence).toMatch(
    /^Its loop stands still in parseForever \(troubled\.js:\d+:\d+\)$/,
  );
  expect(Date.now() - finding.since).toBeGreaterThan(0);
  const { exit, stdout } = await perch(env, 'check', NAME);
  expect(exit).toBe(7);
  expect(stdout).toMatch(
    /^failed +troubled-fra +main +loop blocked +since \d\d:\d\d:\d\d \(\d+ (ms|s)\)\n {2}Its loop stands still/,
  );
  const command = /^ {2}perch (stack .*)$/m.exec(stdout)![1]!;
  expect((await perch(env, ...command.split(' '))).stdout).toContain('parseForever');
});

test('a restart storm, a budget that is spent, a supervisor that gave up, worst first', async () => {
  for (const word of ['storm', 'spend', 'break']) service.send(word);
  await until(async () => rulesOf((await check()).json)).toEqual(['gave-up', 'budget', 'restart-storm']);
  const { exit, json } = await check();
  expect(exit).toBe(7);
  expect(json.findings).toMatchObject([
    { severity: 'failed', lineage: 'app/brittle', leadsTo: { tab: 'history' } },
    {
      severity: 'failed',
      lineage: 'app/thin',
      sentence: '3 of 3 restarts in 10 min are used: the next exit ends it and all below it',
    },
    {
      severity: 'warning',
      lineage: 'app/shaky',
      sentence: '6 restarts in the last minute of flaky, the last after: TypeError: no board for flaky',
    },
  ]);
});

test('a straggler: what was killed and goes on', async () => {
  const { exit } = await perch(env, 'kill', NAME, 'app/deaf', '--reason', 'test', '--yes');
  expect(exit).toBe(6);
  expect(await found('straggler')).toMatchObject({ severity: 'warning', lineage: 'app/deaf' });
});

test('a heap near its limit, on whatever Node: what is kept for short-lived objects is no room', async () => {
  await service.stop();
  const register = fileURLToPath(new URL('../../agent/dist/register.cjs', import.meta.url));
  service = await startService('troubled.js', {
    preload: ['--max-old-space-size=64', '-r', register],
    env: { PERCH_SERVICE: 'troubled', PERCH_INSTANCE: NAME },
  });
  await service.socket();
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
  expect(rulesOf((await check()).json)).toEqual([]);
  service.send('hoard');
  const { lineage, sentence } = await found('heap');
  expect(lineage).toBe('main');
  expect(sentence).toMatch(/^Its heap holds (8[5-9]|9\d|100) % of the 64 MB it may grow to$/);
});

test('a service that is stopped does not answer, and that is found', async () => {
  service.process.kill('SIGSTOP');
  const { exit, json } = await perchJson(env, 'check', '--timeout', '1000');
  service.process.kill('SIGCONT');
  expect(exit).toBe(7);
  expect(json.findings).toContainEqual(
    expect.objectContaining({ rule: 'not-reached', severity: 'failed', lineage: null }),
  );
});

test('what cannot be reached is found, with or without others; what nobody knows is wrong use', async () => {
  const inventory = path.join(service.runtimeDir, 'fleet.yaml');
  // Port 1 of this computer: nobody listens there.
  writeFileSync(
    inventory,
    `environments:
  lab:
    services:
      web:
        hostKey: SHA256:${'A'.repeat(43)}
        instances: [{ name: nobody, region: fra, address: '127.0.0.1:1' }]
`,
  );
  await perch(env, 'keys', 'new');
  const withLab = (...words: string[]) => perchJson(env, 'check', ...words, '--inventory', inventory);
  const { exit, json } = await withLab('lab');
  expect(exit).toBe(7);
  expect(json.checked).toMatchObject({ instances: 1, reached: 0 });
  expect(json.findings).toMatchObject([
    { rule: 'not-reached', severity: 'failed', instance: 'nobody', environment: 'lab', since: null },
  ]);
  const all = await withLab();
  expect(all.exit).toBe(7);
  expect(all.json.findings.map(({ instance }: Json) => instance)).toContain('nobody');
  expect(all.json.checked.instances).toBeGreaterThanOrEqual(2);
  expect((await withLab('labb')).exit).toBe(2);
});
