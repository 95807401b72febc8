/** `perch` holds, breaks, signals, and keeps a supervisor's children: each arms for its one act and disarms after it. */
import { get } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import { untilEvent } from '../support/acts.ts';
import { type Json, perch, perchJson, startPerch } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
let env: NodeJS.ProcessEnv;
const NAME = 'cli-acts-fra';

const start = async (fixture: string) => {
  service = await startService(fixture, { env: { PERCH_INSTANCE: NAME } });
  session = await service.session();
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
};
afterEach(() => service.stop());

const ASKED = ['--reason', 'a test', '--yes'];
const json = (...words: string[]) => perchJson(env, ...words);

const threadOf = (lineage: string) =>
  untilTree(session, (all) =>
    all.find((node) => node.lineage === lineage && node.endedAt === null && node.observed),
  );

test.each([
  ['main', 'SIGKILL'],
  ['process:ticks/main', 'SIGKILL'],
  ['main', 'SIGINT'],
] as const)('suspend holds %s for as long as it runs: %s lets it go on', async (lineage, kill) => {
  await start('ticks.js');
  const { id } = await threadOf(lineage);
  const running = startPerch(env, 'suspend', NAME, id, '--lease', '60000', ...ASKED);
  await running.line((line) => line.startsWith('done'));
  await untilTree(session, (all) => all.find((node) => node.id === id && node.status === 'suspended'));
  running.process.kill(kill);
  expect(await untilEvent(session, 'resumed')).toMatchObject({ why: 'session', node: { id } });
  const { exit } = await running.ended;
  if (kill === 'SIGINT') expect(exit).toBe(0);
  // Armed for the one act only, in spite of the holding.
  expect(await untilEvent(session, 'disarmed')).toMatchObject({ why: 'asked' });
});

test('resume ends it from elsewhere, and says so where it was suspended', async () => {
  await start('ticks.js');
  await threadOf('thread:helper');
  const running = startPerch(env, 'suspend', NAME, 'thread:helper', ...ASKED);
  await running.line((line) => line.startsWith('done'));
  const { exit, json: document } = await json('resume', NAME, 'thread:helper', ...ASKED);
  expect(exit).toBe(0);
  expect(document).toMatchObject({
    act: 'resume',
    outcome: 'done',
    words: expect.stringContaining('goes on'),
  });
  const { exit: ended, stderr } = await running.ended;
  expect(ended).toBe(0);
  expect(stderr).toMatch(/It goes on, after .* \(asked\)/);
  const again = await json('resume', NAME, 'thread:helper', ...ASKED);
  expect([again.exit, again.json.error.code]).toEqual([4, 'NOT_POSSIBLE']);
});

test('break ends an endless loop; where that would end the process it is refused with the word for it', async () => {
  await start('loops.js');
  const { port } = await service.message<{ port: number }>(
    (message) => (message as { ready?: boolean }).ready === true,
  );
  get({ port, path: '/spin', agent: false }).on('error', () => {});
  const blocked = () =>
    untilTree(session, (all) => all.find((node) => node.lineage === 'main' && node.status === 'blocked'));
  await blocked();
  const broken = await json('break', NAME, 'main', ...ASKED);
  expect([broken.exit, broken.json.outcome]).toEqual([0, 'done']);
  service.send('timer');
  await blocked();
  const { exit, stdout, stderr } = await perch(env, 'break', NAME, 'main', ...ASKED);
  expect(exit).toBe(4);
  expect(stdout).toContain('refused: Breaking it would most likely end the whole process');
  expect(stderr).toContain('Nothing was done.');
  const forced = await json('break', NAME, 'main', '--force', '--timeout', '1500', ...ASKED);
  expect(forced.json).toMatchObject({ clock: 'client' });
  expect(await service.exited).toMatchObject({ code: 1 });
});

test('signal sends what its name says, in any case', async () => {
  await start('ticks.js');
  const { exit, json: document } = await json('signal', NAME, String(service.pid), 'sigwinch', ...ASKED);
  expect(exit).toBe(0);
  expect(document).toMatchObject({ outcome: 'done', words: expect.stringContaining('SIGWINCH was sent') });
  expect((await json('signal', NAME, String(service.pid), 'SIGSTOP', ...ASKED)).exit).toBe(4);
});

test('children are listed in start order and counted; each is started, terminated, restarted and deleted by name', async () => {
  await start('supervised.js');
  const list = async (of: string): Promise<Json> => (await json('children', NAME, of)).json;
  const app = await list('app');
  expect(app.supervisor).toMatchObject({ lineage: 'app', strategy: 'one_for_one', intensity: 1000 });
  expect(app.children.map(({ name }: Json) => name)).toEqual(['games', 'deaf', 'guarded', 'pool']);
  expect(app.counts).toEqual({ specs: 4, active: 4, supervisors: 2, workers: 2 });
  expect((await list('app/games')).counts).toEqual({ specs: 1, active: 2, supervisors: 0, workers: 2 });
  const text = (await perch(env, 'children', NAME, 'app')).stdout;
  expect(text).toMatch(/guarded +\S+ +task +permanent +running, protected +#1 +0 restarts/);

  const on = (of: string, ...words: string[]) => json('children', NAME, of, ...words, ...ASKED);
  const started = await on('app/games', '--start', 'c4', '--args', '[1]');
  expect([started.exit, started.json.outcome]).toEqual([0, 'done']);
  expect((await list('app/games')).counts.active).toBe(3);
  expect((await on('app/games', '--terminate', 'c4')).json.outcome).toBe('not-restarted');
  expect((await list('app/games')).counts.active).toBe(2);
  expect((await on('app/pool', '--terminate', 'thinker')).exit).toBe(0);
  expect((await list('app/pool')).children[0]).toMatchObject({ name: 'thinker', status: 'stopped' });
  expect((await on('app/pool', '--restart', 'thinker')).json).toMatchObject({ outcome: 'restarted' });
  expect((await on('app/pool', '--delete', 'thinker')).exit).toBe(4);
  expect((await on('app/pool', '--terminate', 'thinker')).exit).toBe(0);
  expect((await on('app/pool', '--delete', 'thinker')).json).toMatchObject({ outcome: 'done' });
  expect((await list('app/pool')).children.map(({ name }: Json) => name)).toEqual(['keeper']);
  expect((await on('app/pool', '--delete', 'nobody')).exit).toBe(5);
  expect((await on('app', '--delete', 'deaf', '--terminate', 'deaf')).exit).toBe(2);
  expect((await json('children', NAME, 'app', '--delete', 'deaf', '--yes')).exit).toBe(2);
  expect((await nodesOf(session)).some(({ lineage }) => lineage === 'app/deaf')).toBe(true);
});
