/** What the next life of a service says about how the one before it ended. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256 } from '../../client/audit/heads.ts';
import type { Session } from '../../client/session.ts';
import { checkAudit } from '../../protocol/audit-check.ts';
import { decodeBox } from '../../protocol/black-box.ts';
import type { BlackBoxAnswer } from '../../protocol/calls.ts';
import { armed } from '../support/armed.ts';
import { perch, perchJson } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let state: string;
const services: Service[] = [];
beforeEach(() => {
  state = mkdtempSync(path.join(os.tmpdir(), 'perch-test-'));
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
  rmSync(state, { recursive: true, force: true });
});

/** Another life of one instance: same name, same state directory. */
async function live(env: NodeJS.ProcessEnv = {}, fixture = 'ends-somehow.js', preload?: string[]) {
  const names = { PERCH_INSTANCE: 'box-1', PERCH_SERVICE: 'boxed', XDG_STATE_HOME: state };
  const service = await startService(fixture, { env: { ...names, ...env }, preload });
  services.push(service);
  return { service, session: await armed(await service.session()) };
}

/** What the life of this session says of the one before it, once it has read the box. */
async function previousOf(session: Session) {
  let answer: BlackBoxAnswer | undefined;
  await expect
    .poll(async () => {
      answer = await session.call('black-box', {});
      return answer.previous;
    })
    .not.toBeNull();
  return answer!.previous!;
}

const boxes = (ending = '.box') => {
  const root = path.join(state, 'perch/black-box');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(root, name));
};
const contentsOf = (file: string) => decodeBox(readFileSync(file))!;

test('SIGKILL from outside, while its loop stood still: when, for how long, and in which function', async () => {
  const { service, session } = await live();
  service.send('block');
  await untilTree(session, (all) => all.find((node) => node.lineage === 'main' && node.status === 'blocked'));
  await expect.poll(() => contentsOf(boxes()[0]!).words?.blocked.length).toBe(1);
  process.kill(service.pid, 'SIGKILL');
  const killedAt = Date.now();
  await service.exited;

  const next = await live();
  const previous = await previousOf(next.session);
  expect(previous).toMatchObject({
    epoch: session.hello.instance.epoch,
    pid: service.pid,
    code: null,
    act: null,
    frames: expect.arrayContaining([expect.stringMatching(/^parse \(.*ends-somehow\.js:\d+:\d+\)$/)]),
  });
  expect(Math.abs(killedAt - previous.diedAt)).toBeLessThan(2500);
  expect(previous.words).toMatch(
    /^died \d\d:\d\d:\d\d UTC, without a word: SIGKILL, .*, loop blocked [\d.]+ s before in parse\(\)$/,
  );
  const { events } = await next.session.call('ledger', {});
  expect(events.find(({ kind }) => kind === 'previous-epoch')).toMatchObject({
    previous,
    node: { id: String(next.service.pid) },
  });
});

test('an exit code, and the error that nobody caught, without the secret in it', async () => {
  const first = await live();
  first.service.send('exit 3');
  expect(await first.service.exited).toEqual({ code: 3, signal: null });
  const second = await live();
  expect(await previousOf(second.session)).toMatchObject({
    code: 3,
    words: expect.stringMatching(/^ended .* with exit code 3$/),
  });
  await expect.poll(() => contentsOf(boxes()[0]!).samples.length).toBeGreaterThan(0);
  second.service.send('throw');
  expect(await second.service.exited).toEqual({ code: 1, signal: null });
  const third = await live();
  const { words, code } = await previousOf(third.session);
  expect(code).toBe(1);
  expect(words).toMatch(/ with exit code 1, uncaught TypeError: /);
  expect(words).not.toContain('planted-url-password');
  // An error that the service caught is its own business.
  third.service.send('caught');
  await third.service.message((message) => message === 'caught');
  third.service.send('exit 0');
  await third.service.exited;
  const fourth = await live();
  expect((await previousOf(fourth.session)).words).toMatch(/^ended .* with exit code 0$/);
  expect(third.service.stderr()).toBe('');
});

test('a hub that dies is no death: the next one goes on with the ledger', async () => {
  const register = fileURLToPath(new URL('../../agent/dist/register.cjs', import.meta.url));
  const captures = path.join(path.dirname(register), '../../dist/test/fixtures/captures-hub.cjs');
  const { service, session } = await live({}, 'supervised.js', ['-r', captures, '-r', register]);
  const game = byLineage(await nodesOf(session), 'app/games/7f3a');
  const { epoch } = session.hello.instance;
  const request = { act: 'kill' as const, call: 'c1', node: game.id, epoch, reason: 'x' };
  await session.call('act', request);
  const isExit = (event: { kind: string; node: { id: string } }) =>
    event.kind === 'exited' && event.node.id === game.id;
  await expect.poll(() => contentsOf(boxes()[0]!).events.some(isExit)).toBe(true);
  service.send('end-hub');
  await session.closed;
  const again = await service.newSession(session);
  const { events } = await again.call('ledger', {});
  expect(events.some(isExit)).toBe(true);
  const kinds = events.map(({ kind }) => kind);
  expect(events.find(({ kind }) => kind === 'hub-restarted')).toMatchObject({
    reason: expect.stringMatching(/; \d+ events before it were kept$/),
  });
  expect(kinds).not.toContain('previous-epoch');
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect((await again.call('black-box', {})).previous).toBeNull();
  expect(boxes()).toHaveLength(1);
});

test('two lives of one name at once have a box each, and neither calls the other dead', async () => {
  const one = await live();
  const two = await live();
  await expect.poll(() => boxes().length).toBe(2);
  expect((await two.session.call('black-box', {})).previous).toBeNull();
  process.kill(one.service.pid, 'SIGKILL');
  await one.service.exited;
  const three = await live();
  expect(await previousOf(three.session)).toMatchObject({ pid: one.service.pid });
});

test('two lives of one name at once write one audit that hangs together, and so does the next', async () => {
  const lives = [await live({}, 'supervised.js'), await live({}, 'supervised.js')];
  const acts = lives.flatMap(({ session }, life) =>
    [1, 2, 3].map(async (turn) => {
      const game = byLineage(await nodesOf(session), `app/games/${turn === 1 ? '7f3a' : '8c21'}`);
      const { epoch } = session.hello.instance;
      const call = `${life} ${turn}`;
      return session.call('act', { act: 'kill', call, node: game.id, epoch, reason: 'x' });
    }),
  );
  const heads = (await Promise.all(acts)).map(({ audit }) => audit!);
  for (const { service } of lives) process.kill(service.pid, 'SIGKILL');
  await Promise.all(lives.map(({ service }) => service.exited));
  const next = await live({}, 'supervised.js');
  await next.session.call('arm', { reason: 'goes into the audit', forMs: 1000 });
  const { records } = await next.session.call('audit', {});
  expect(checkAudit(records, heads, sha256)).toMatchObject({ findings: [], headsFound: 6 });
  expect(records.filter(({ act }) => act === 'log')).toHaveLength(3);
});

test('PERCH_BLACK_BOX=off, or no place to write: none, and perch says so', async () => {
  const off = await live({ PERCH_BLACK_BOX: 'off' });
  expect(await off.session.call('black-box', {})).toEqual({
    previous: null,
    file: null,
    why: 'PERCH_BLACK_BOX is off',
  });
  const nowhere = await live({ XDG_STATE_HOME: '/proc/nowhere', PERCH_INSTANCE: 'nowhere' });
  const env = { HOME: nowhere.service.runtimeDir, XDG_RUNTIME_DIR: nowhere.service.runtimeDir };
  const { exit, stdout, stderr } = await perch(env, 'black-box', 'nowhere');
  expect(exit).toBe(0);
  expect(stdout).toBe('Nothing is known of a life before this one.\n');
  expect(stderr).toMatch(/^No black box is kept of this life: .*\/proc\/nowhere/);
  expect(nowhere.service.stderr()).toBe('');
});

test('a service that closes what it did not open gets nothing of ours into its own files', async () => {
  const { service, session } = await live({}, 'takes-descriptors.js');
  const own = path.join(state, 'own.txt');
  await expect.poll(() => contentsOf(boxes()[0]!).samples.length).toBeGreaterThan(0);
  service.send(`take ${own}`);
  const { taken } = await service.message<{ taken: number }>((message) => typeof message === 'object');
  // The hub's, and that of the exit record.
  expect(taken).toBe(2);
  await expect
    .poll(async () => (await session.call('black-box', {})).why, { timeout: 5000 })
    .toBe('the service closed the file');
  service.send('exit');
  expect(await service.exited).toEqual({ code: 5, signal: null });
  expect(readFileSync(own, 'utf8')).toBe('');
});

test('a service that does not come back: perch reads the box that it left on this computer', async () => {
  const { service } = await live();
  service.send('exit 4');
  await service.exited;
  const env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir, XDG_STATE_HOME: state };
  const byName = await perchJson(env, 'black-box', 'box-1');
  expect(byName).toMatchObject({ exit: 0, json: { previous: { code: 4 }, header: { instance: 'box-1' } } });
  const byFile = await perchJson(env, 'black-box', '--file', byName.json.file);
  expect(byFile.json).toEqual(byName.json);
  expect(await perchJson(env, 'black-box', '--file', '/proc/nowhere')).toMatchObject({
    exit: 5,
    json: { error: { code: 'NO_BLACK_BOX' } },
  });
  expect((await perchJson(env, 'black-box', 'never-was')).json.error.code).toBe('NO_SUCH_TARGET');
});

test('neither file holds what was planted in state, environment and errors', async () => {
  const planted = { PLANTED_TOKEN: 'planted-environment' };
  const { service, session } = await live(planted, 'supervised.js');
  const { epoch } = session.hello.instance;
  const game = byLineage(await nodesOf(session), 'app/games/7f3a');
  await session.call('state', { node: game.id });
  await session.call('act', { act: 'kill', call: 'c1', node: game.id, epoch, reason: 'a test' });
  process.kill(service.pid, 'SIGKILL');
  await service.exited;
  const thrower = await live(planted);
  thrower.service.send('throw');
  await thrower.service.exited;
  const files = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const texts = files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
  expect(texts.some((text) => text.includes('app/games/7f3a'))).toBe(true);
  for (const text of texts) expect(text).not.toContain('planted');
});
