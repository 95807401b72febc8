/** Every command of `perch` against a supervised service of this computer. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, perch, perchJson, startPerch } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let env: NodeJS.ProcessEnv;
const NAME = 'cli-test-fra';

beforeAll(async () => {
  service = await startService('supervised.js', {
    env: { PERCH_SERVICE: 'web', PERCH_REGION: 'fra', PERCH_INSTANCE: NAME },
  });
  await service.socket();
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
});
afterAll(() => service.stop());

const run = (...words: string[]) => perch(env, ...words);
const json = (...words: string[]) => perchJson(env, ...words);
const act = (verb: string, node: string, ...words: string[]) =>
  json(verb, NAME, node, '--reason', 'test', '--yes', ...words);

async function nodeOf(lineage: string): Promise<Json> {
  const { nodes } = (await json('tree', NAME)).json;
  const living = nodes.filter((node: Json) => node.lineage === lineage && node.status !== 'exited');
  expect(living).toHaveLength(1);
  return living[0];
}

describe('looking', () => {
  test('fleet lists it by its name, and every command takes that name', async () => {
    const { exit, json: document, stderr } = await json('fleet');
    expect(exit).toBe(0);
    expect(stderr).toBe('');
    const found = document.instances.find((instance: Json) => instance.name === NAME);
    expect(found).toEqual({
      name: NAME,
      region: 'fra',
      service: 'web',
      address: `unix:${await service.socket()}`,
      health: 'ok',
      node: process.versions.node,
      epoch: expect.stringMatching(/./),
      agent: '0.1.0',
    });
    expect((await run('fleet')).stdout).toMatch(
      /^This computer\n(.*\n)*? {2}cli-test-fra {2}fra {2}web {2}ok {2}Node/m,
    );
  });

  test('fleet says versions to a person: of Node, the agent and the protocol', async () => {
    const { stdout } = await run('fleet');
    expect(stdout).toMatch(
      new RegExp(`${NAME} .* Node ${process.versions.node} .* agent 0\\.1\\.0, protocol 2`),
    );
  });

  test('tree has exactly the fields it promises, parents before children', async () => {
    const { exit, json: document } = await json('tree', NAME);
    expect(exit).toBe(0);
    expect(Object.keys(document)).toEqual(['instance', 'revision', 'nodes']);
    expect(document.instance).toEqual({
      service: 'web',
      region: 'fra',
      instance: NAME,
      pid: service.pid,
      node: process.versions.node,
      epoch: expect.any(String),
      limits: [],
    });
    const seen = new Set<string | null>([null]);
    for (const node of document.nodes) {
      expect(Object.keys(node)).toEqual([
        'id',
        'parent',
        'links',
        'kind',
        'host',
        'name',
        'lineage',
        'incarnation',
        'status',
        'pid',
        'startedAt',
        'restarts',
        'metrics',
      ]);
      expect(seen).toContain(node.parent);
      seen.add(node.id);
    }
    const lineages = document.nodes.map((node: Json) => node.lineage);
    expect(lineages).toEqual(
      expect.arrayContaining(['main', 'app', 'app/games', 'app/games/7f3a', 'app/pool/keeper']),
    );
  });

  test('tree is cut at a depth, and says what is below', async () => {
    const { json: document } = await json('tree', NAME, '--depth', '2');
    expect(document.nodes.map((node: Json) => node.lineage)).toEqual(['process:web', 'main']);
    const { stdout } = await run('tree', NAME, '--depth', '2');
    expect(stdout).toMatch(/└─ main \(main thread\) .* … \d+ below/);
  });

  test('show gives one node in full', async () => {
    const { json: document } = await json('show', NAME, 'app/games');
    expect(Object.keys(document)).toEqual(['instance', 'node']);
    expect(document.node).toMatchObject({
      kind: 'supervisor',
      supervisor: { strategy: 'dynamic', intensity: 1000, periodMs: 10_000 },
    });
    const { stdout } = await run('show', NAME, 'app/guarded');
    expect(stdout).toMatch(/^lineage {3}app\/guarded {2}#1$/m);
    expect(stdout).toMatch(/^marks {5}protected$/m);
  });

  test('state is bounded, redacted, and says what it cost', async () => {
    const { exit, json: document } = await json('state', NAME, 'app/games/8c21');
    expect(exit).toBe(0);
    expect(Object.keys(document)).toEqual(['node', 'value', 'cost', 'partial']);
    const { id } = await nodeOf('app/games/8c21');
    expect(document.node).toEqual({ id, lineage: 'app/games/8c21', incarnation: 1 });
    expect(document.value).toMatchObject({ $: 'Object', class: 'Game', fields: { turn: 'x' } });
    expect(Object.keys(document.cost)).toEqual(['us', 'bytes', 'truncated', 'redacted']);
    expect(document.cost.redacted).toBe(1);
    const { stdout } = await run('state', NAME, 'games/8c21');
    expect(stdout).toContain("players: Map(1) { 'x' => { name: 'Ann', token: [redacted] } }");
    expect(stdout).not.toContain('planted-secret');
  });

  test('state is read at a path, and a path that is not there is gone', async () => {
    expect((await json('state', NAME, 'games/8c21', '--path', '/turn')).json.value).toBe('x');
    const missing = await json('state', NAME, 'games/8c21', '--path', '/nowhere');
    expect(missing.exit).toBe(5);
    expect(missing.json.error.code).toBe('NO_SUCH_PATH');
  });

  test('a worker without a state says so', async () => {
    const { exit, json: document } = await json('state', NAME, 'app/deaf');
    expect(exit).toBe(1);
    expect(document.error.code).toBe('NO_STATE');
  });

  test('stack has exactly the fields it promises', async () => {
    const { exit, json: document } = await json('stack', NAME, 'main');
    expect(exit).toBe(0);
    expect(Object.keys(document)).toEqual(['node', 'blocked', 'blockedMs', 'frames']);
    expect(document).toMatchObject({ node: `${service.pid}.0`, blocked: false, blockedMs: null });
  });
});

describe('acting', () => {
  test('kill shows a successor, and every phase in order', async () => {
    const before = await nodeOf('app/games/7f3a');
    const { exit, json: document } = await act('kill', 'app/games/7f3a', '--call', 'cli-kill-1');
    expect(exit).toBe(0);
    expect(Object.keys(document)).toEqual([
      ...['call', 'act', 'target', 'outcome', 'words', 'successor', 'affected', 'phases'],
      ...['budget', 'lost', 'untouched'],
    ]);
    const after = await nodeOf('app/games/7f3a');
    expect(document).toMatchObject({
      call: 'cli-kill-1',
      target: { id: before.id, lineage: 'app/games/7f3a', incarnation: before.incarnation },
      outcome: 'restarted',
      successor: { id: after.id, incarnation: before.incarnation + 1 },
      affected: [],
    });
    expect(Object.keys(document.phases)).toEqual(['exitedMs', 'decidedMs', 'startedMs', 'readyMs']);
    const { exitedMs, decidedMs, startedMs, readyMs } = document.phases;
    const times = [0, exitedMs, decidedMs, startedMs, readyMs];
    expect(times).toEqual([...times].sort((a, b) => a - b));

    const again = await act('kill', 'app/games/7f3a', '--call', 'cli-kill-1');
    expect(again.json).toEqual(document);
    expect((await nodeOf('app/games/7f3a')).id).toBe(after.id);
  });

  test('kill tells a person the phases as they come', async () => {
    const { exit, stdout } = await run('kill', NAME, 'app/games/7f3a', '--reason', 'drill', '--yes');
    expect(exit).toBe(0);
    const phases = stdout.split('\n').map((line) => /^ +[\d.]+ m?s {2}(\w+)/.exec(line)?.[1]);
    expect(phases.filter(Boolean)).toEqual(['accepted', 'exited', 'decided', 'started', 'ready']);
    expect(stdout).toMatch(/^restarted: app\/games\/7f3a #\d+ → #\d+ {2}\(\d+\.0\.\d+ → \d+\.0\.\d+\)$/m);
  });

  test('stop and restart are acts of their own', async () => {
    const first = await nodeOf('app/pool/thinker');
    const restarted = await act('restart', 'app/pool/thinker');
    expect(restarted.exit).toBe(0);
    expect(restarted.json).toMatchObject({ outcome: 'restarted', target: { id: first.id } });
    const stopped = await act('stop', 'app/pool/thinker');
    expect(stopped.exit).toBe(0);
    expect(stopped.json).toMatchObject({ outcome: 'not-restarted', successor: null });
    const started = await act('restart', 'app/pool/thinker');
    expect(started.exit).toBe(0);
    expect(started.json.outcome).toBe('restarted');
  });

  test('a task that ignores its signal is a straggler: exit 6', async () => {
    const { exit, json: document } = await act('kill', 'app/deaf');
    expect(exit).toBe(6);
    expect(document.outcome).toBe('straggler');
  });

  test('what the service protects is refused: exit 4, the document with its error', async () => {
    const { exit, json: document } = await act('kill', 'app/guarded');
    expect(exit).toBe(4);
    expect(document).toMatchObject({
      outcome: 'refused',
      successor: null,
      error: { code: 'PROTECTED', message: expect.any(String), facts: expect.any(Object) },
    });
  });

  test('an incarnation that has ended is gone: exit 5, never its successor', async () => {
    const { id } = await nodeOf('app/games/7f3a');
    await act('kill', id);
    const successor = await nodeOf('app/games/7f3a');
    const { exit, json: document } = await act('kill', id);
    expect(exit).toBe(5);
    expect(document).toMatchObject({ outcome: 'gone', target: { id }, error: { code: 'GONE' } });
    expect((await nodeOf('app/games/7f3a')).id).toBe(successor.id);
  });

  test('a node that never was is an error document: exit 5, with what is near', async () => {
    const { exit, json: document } = await act('kill', 'app/games/7f3b');
    expect(exit).toBe(5);
    expect(document).toEqual({
      error: {
        code: 'NO_SUCH_NODE',
        message: expect.stringContaining('Did you mean app/games/7f3a?'),
        facts: { node: 'app/games/7f3b', nearest: ['app/games/7f3a'] },
      },
    });
  });

  test.each([
    ['--yes', ['--reason', 'x'], 'CONFIRM_NEEDED'],
    ['--reason', ['--yes'], 'BAD_USAGE'],
    ['a reason with words', ['--yes', '--reason', '  '], 'BAD_USAGE'],
  ])('without %s nothing is done: exit 2', async (_, words, code) => {
    const before = await nodeOf('app/games/8c21');
    const { exit, json: document } = await json('kill', NAME, 'app/games/8c21', ...words);
    expect(exit).toBe(2);
    expect(document.error.code).toBe(code);
    expect((await nodeOf('app/games/8c21')).id).toBe(before.id);
  });

  test('Ctrl-C ends the wait and says that the act goes on; its call id gives the outcome', async () => {
    const words = ['kill', NAME, 'app/deaf', '--reason', 'slow', '--yes', '--call', 'cli-slow-1'];
    const running = startPerch(env, ...words);
    await running.line((line) => line.includes('accepted'));
    running.process.kill('SIGINT');
    const { exit, stderr } = await running.ended;
    expect(exit).toBe(1);
    expect(stderr).toContain('the act goes on');
    expect(stderr).toContain('--call cli-slow-1');
    const again = await json(...words);
    expect(again.exit).toBe(6);
    expect(again.json).toMatchObject({ call: 'cli-slow-1', outcome: 'straggler' });
  });

  test('ledger and audit know all of it, by whom and why', async () => {
    const { json: document } = await json('ledger', NAME);
    expect(Object.keys(document)).toEqual(['epoch', 'events']);
    const seqs = document.events.map((event: Json) => event.seq);
    expect(seqs).toEqual(seqs.map((_: number, index: number) => seqs[0] + index));
    const asked = document.events.find((event: Json) => event.kind === 'act' && event.call === 'cli-kill-1');
    expect(asked).toMatchObject({ act: 'kill', reason: 'test', author: { key: 'local' } });

    const { json: audit } = await json('audit', NAME);
    const calls = audit.records.filter((record: Json) => record.call === 'cli-kill-1');
    const kill = { act: 'kill', target: 'app/games/7f3a' };
    expect(calls).toMatchObject([
      { ...kill, outcome: 'asked' },
      { ...kill, outcome: 'restarted' },
    ]);
    expect((await run('audit', NAME)).stdout).toMatch(/kill {2,}app\/guarded {2,}refused/);
    const verified = await json('audit', 'verify', NAME);
    expect(verified).toMatchObject({ exit: 0, json: { findings: [], heads: expect.any(Number) } });
    expect(verified.json.headsFound).toBe(verified.json.heads);
    expect(verified.json.heads).toBeGreaterThan(5);
  });

  test('audit verify finds that the end was cut off: exit 7, AUDIT_CHANGED', async () => {
    const { json: audit } = await json('audit', NAME);
    const name = readdirSync(audit.folder).sort().at(-1)!;
    const file = path.join(audit.folder, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/[^\n]+\n$/, ''));
    const { exit, json: document } = await json('audit', 'verify', NAME);
    expect(exit).toBe(7);
    expect(document).toMatchObject({ error: { code: 'AUDIT_CHANGED' }, findings: [{ kind: 'truncated' }] });
    expect((await json('audit', 'verify', '--file', audit.folder)).exit).toBe(7);
    writeFileSync(file, text);
    expect((await json('audit', 'verify', '--file', audit.folder)).exit).toBe(0);
    expect((await run('ledger', NAME)).stdout).toMatch(/app\/games decided: restart \(\d+ of 1000 in 10 s\)/);
  });
});

describe('following', () => {
  test('tree --watch --json gives a whole tree a line, until Ctrl-C', async () => {
    const running = startPerch(env, 'tree', NAME, '--watch', '--json');
    const first = JSON.parse(await running.line());
    expect(first.nodes.length).toBeGreaterThan(5);
    const { json: document } = await act('kill', 'app/games/7f3a');
    const line = await running.line((each) => each.includes(`"${document.successor.id}"`));
    const later = JSON.parse(line);
    expect(later.revision).toBeGreaterThan(first.revision);
    expect(later.nodes.length).toBeGreaterThanOrEqual(first.nodes.length);
    running.process.kill('SIGINT');
    expect((await running.ended).exit).toBe(0);
  });

  test('ledger --follow --json gives the events so far, then what happens', async () => {
    const running = startPerch(env, 'ledger', NAME, '--follow', '--json');
    const first = JSON.parse(await running.line());
    expect(first.events.length).toBeGreaterThan(5);
    await act('kill', 'app/games/7f3a', '--call', 'cli-followed');
    const line = await running.line((each) => each.includes('cli-followed'));
    expect(Object.keys(JSON.parse(line))).toEqual(['epoch', 'events']);
    running.process.kill('SIGINT');
    expect((await running.ended).exit).toBe(0);
  });
});

describe('typing', () => {
  test('perch alone lists the commands on stderr: exit 2', async () => {
    const { exit, stdout, stderr } = await run();
    expect(exit).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('Usage: perch COMMAND');
  });

  test.each([
    ['a command there is not', ['tre', NAME], 'Did you mean `perch tree`?'],
    ['an option there is not', ['tree', NAME, '--watsch'], "Unknown option '--watsch'"],
    ['no target', ['tree'], 'TARGET is missing'],
    ['one word too many', ['tree', NAME, 'main'], '"main" is one argument too many'],
    ['a depth that is none', ['tree', NAME, '--depth', 'deep'], '--depth takes a whole number from 1'],
    ['a target that is nowhere', ['tree', 'cli-test-fr'], `Did you mean ${NAME}?`],
  ])('%s: exit 2, a document that says what was wrong', async (_, words, part) => {
    const { exit, json: document, stderr } = await json(...words);
    expect(exit).toBe(2);
    expect(document.error.message).toContain(part);
    expect(stderr).toContain(part);
  });

  test('help of a command goes to stdout', async () => {
    const { exit, stdout } = await run('help', 'kill');
    expect(exit).toBe(0);
    expect(stdout).toContain('Usage: perch kill TARGET NODE --reason TEXT [options]');
    expect((await run('kill', '--help')).stdout).toBe(stdout);
  });

  test.each([
    [['help'], 0, /^perch: look into/],
    [['help', 'kill'], 0, /^Usage: perch kill/],
    [['kill', '--help'], 0, /^Usage: perch kill/],
    [['--help'], 0, /^perch: look into/],
  ])('%j with --json is one document too', async (words, exitCode, wanted) => {
    const { exit, json: document } = await json(...words);
    expect(exit).toBe(exitCode);
    expect(document.help).toMatch(wanted);
  });

  test('perch alone with --json is an error document', async () => {
    const { exit, json: document } = await json();
    expect(exit).toBe(2);
    expect(document.error.code).toBe('BAD_USAGE');
  });

  test('--version', async () => {
    expect((await run('--version')).stdout).toBe('0.1.0\n');
  });

  test('flags may stand before the command', async () => {
    const { stdout } = await run('--json', 'tree', NAME, '--depth', '1');
    expect(JSON.parse(stdout).nodes).toHaveLength(1);
  });
});
