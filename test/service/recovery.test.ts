/** Recovery as `perch` measures it: with real probes over HTTP and on the tree, one kill and many. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, perch, perchJson, startPerch } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let env: NodeJS.ProcessEnv;
let url: string;
const NAME = 'shop-fra';

beforeAll(async () => {
  service = await startService('shop.js', { env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: NAME } });
  const { port } = await service.message<{ port: number }>((message) => (message as Json).ready === true);
  url = `http://127.0.0.1:${port}/`;
  await service.socket();
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
});
afterAll(() => service.stop());

const run = (...words: string[]) => perch(env, ...words);
const kill = (node: string, ...words: string[]) =>
  perchJson(env, 'kill', NAME, node, '--reason', 'drill', '--yes', ...words);

/** Waits until the door is open: a gate that does not hold is what one of the tests is about. */
async function untilOpen(): Promise<void> {
  await expect.poll(async () => (await fetch(url)).status).toBe(200);
}

describe('kill --probe', () => {
  test('measures until the door is open again: the window of its failure, and steady K in a row', async () => {
    await untilOpen();
    const { exit, json: document } = await kill(
      'app/door',
      '--probe',
      url,
      '--probe',
      'app/door status=running and incarnation>1 and restarts>=1',
      '--probe-every',
      '20',
    );
    // The second probe does not hold before the first kill: nothing was done.
    expect(exit).toBe(4);
    expect(document.error).toMatchObject({
      code: 'NOT_STEADY',
      facts: { failure: 'app/door has incarnation 1' },
    });

    const measured = await kill(
      'app/door',
      '--probe',
      url,
      '--probe',
      'app children>=4',
      '--probe-every',
      '20',
    );
    expect(measured.exit).toBe(0);
    const { outcome, phases, probes } = measured.json;
    expect(outcome).toBe('restarted');
    const [door, children] = probes;
    expect(door).toMatchObject({ probe: url, lastFailure: 'status 503' });
    expect(door.failures).toBeGreaterThan(1);
    expect(door.firstFailureMs).toBeLessThanOrEqual(door.lastFailureMs);
    // It opens 150 ms after it was started; no probe can have seen it open before.
    expect(phases.recoveredMs).toBeGreaterThan(140);
    expect(phases.recoveredMs).toBeGreaterThanOrEqual(phases.readyMs);
    expect(phases.recoveredMs).toBeGreaterThan(door.lastFailureMs);
    expect(door.steadyMs).toBe(phases.recoveredMs);
    expect(children).toMatchObject({ failures: 0, steadyMs: 0 });
  });

  test('not steady within T is not recovered: exit 6', async () => {
    await untilOpen();
    const { exit, json: document } = await kill(
      'app/door',
      '--probe',
      url,
      '--timeout',
      '100',
      '--probe-every',
      '10',
    );
    expect(exit).toBe(6);
    expect(document).toMatchObject({ outcome: 'not-recovered', phases: { recoveredMs: null } });
    expect(document.probes[0].steadyMs).toBeNull();
  });

  test('is told to a person as well', async () => {
    await untilOpen();
    const { stdout, exit } = await run(
      'kill',
      NAME,
      'app/door',
      '--reason',
      'drill',
      '--yes',
      '--probe',
      url,
    );
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /^ {2}probe {6}http:.*: failed in \d+ of \d+ answers, from .* \(status 503\); steady from .* on$/m,
    );
    expect(stdout).toMatch(/^ {2}steady {5}again after \d+ ms$/m);
    expect(stdout).toMatch(/^ {2}untouched {2}4 of 4 siblings$/m);
  });

  test('a probe that cannot be read names the column, before anything is done', async () => {
    const { exit, json: document } = await kill('app/door', '--probe', 'app backlog<');
    expect(exit).toBe(2);
    expect(document.error).toMatchObject({ code: 'BAD_USAGE', facts: { column: 13 } });
  });
});

describe('kill --times', () => {
  test('is a distribution: percentiles from twenty on, each kill with an id and an incarnation of its own', async () => {
    const { exit, json: document } = await kill('app/till', '--times', '20', '--every', '5');
    expect(exit).toBe(0);
    const { acts, distribution, endedEarly } = document;
    expect(endedEarly).toBeNull();
    expect(acts).toHaveLength(20);
    expect(new Set(acts.map((act: Json) => act.call)).size).toBe(20);
    const incarnations = acts.map((act: Json) => act.target.incarnation);
    expect(incarnations).toEqual(incarnations.map((_: number, at: number) => incarnations[0] + at));
    expect(distribution).toMatchObject({ n: 20, notRecovered: 0, withinMs: 10_000 });
    const sorted = acts.map((act: Json) => act.phases.readyMs).sort((a: number, b: number) => a - b);
    expect(distribution.p50).toBeCloseTo(sorted[9], 2);
    expect(distribution.p95).toBeCloseTo(sorted[18], 2);
    expect(distribution.max).toBeCloseTo(sorted[19], 2);
  });

  test('is the samples below that, a line for each kill as it comes', async () => {
    const { exit, stdout } = await run(
      ...['kill', NAME, 'app/till', '--reason', 'drill', '--yes', '--times', '3', '--every', '5'],
    );
    expect(exit).toBe(0);
    expect(
      stdout.match(/^[123]\/3 {2}restarted {2}#\d+ → #\d+ {2}ready .* {2}restart \d+ of 1000$/gm),
    ).toHaveLength(3);
    expect(stdout).toMatch(/^recovered after .* ms, .* ms, .* ms$/m);
    expect(stdout).toMatch(/^0 of 3 not recovered within 10 s$/m);
  });

  test('ends where the supervisor gives up, and says so: exit 6', async () => {
    const { exit, json: document } = await kill('app/staff/clerk', '--times', '5', '--every', '5');
    expect(exit).toBe(6);
    expect(document.acts.map((act: Json) => act.outcome)).toEqual(['restarted', 'escalated']);
    expect(document.endedEarly).toMatch(/^ended after 2 of 5: app\/staff gives up/);
    expect(document.distribution).toMatchObject({ n: 2, notRecovered: 1 });
    const gone = await kill('app/staff/clerk', '--times', '2');
    expect(gone.exit).toBe(1);
    expect(gone.json).toMatchObject({ acts: [], endedEarly: 'nothing of that lineage runs any more' });
  });

  test('Ctrl-C ends it after the kill under way, and still reports', async () => {
    const running = startPerch(
      env,
      ...['kill', NAME, 'app/till', '--reason', 'drill', '--yes', '--times', '50', '--every', '300'],
    );
    await running.line((line) => line.startsWith(' 2/50'));
    running.process.kill('SIGINT');
    const { exit, stdout } = await running.ended;
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^ended by hand after \d of 50$/m);
    expect(stdout).toMatch(/^recovered after /m);
  });
});

describe('--dry-run', () => {
  test('says what a kill would do, and does nothing', async () => {
    const before = (await perchJson(env, 'show', NAME, 'app/till')).json.node;
    const { exit, json: preview } = await perchJson(env, 'kill', NAME, 'app/till', '--dry-run');
    expect(exit).toBe(0);
    expect(preview).toMatchObject({
      possible: true,
      stops: [{ id: before.id, lineage: 'app/till' }],
      restarts: [{ id: null, lineage: 'app/till', incarnation: before.incarnation + 1 }],
      isExact: true,
    });
    const { stdout } = await run('restart', NAME, 'app/oven', '--dry-run');
    expect(stdout).toMatch(/^app\/oven #1 is stopped; it is started again$/m);
    expect(stdout).toMatch(/^ {2}stops +app\/oven #1 \(\d+\.0\.\d+\) permanent$/m);
    expect(stdout).toMatch(/^ {2}starts +app\/oven #2 permanent$/m);
    const after = (await perchJson(env, 'show', NAME, 'app/till')).json.node;
    expect(after.id).toBe(before.id);
  });

  test('of what would be refused is exit 4, with the words of the refusal', async () => {
    const { exit, json: preview } = await perchJson(env, 'restart', NAME, 'main', '--dry-run');
    expect(exit).toBe(4);
    expect(preview).toMatchObject({ possible: false, stops: [] });
    expect(preview.why).toContain('main thread');
  });
});
