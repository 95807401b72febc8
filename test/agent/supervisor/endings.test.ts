/** Every way in which a thread or process that hosts a worker can end, and what is said of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DeclaredNode } from '../../../agent/registry.ts';
import type { Shutdown } from '../../../agent/supervisor/child-spec.ts';
import { supervisor } from '../../../agent/supervisor/supervisor.ts';
import { zombiesOf } from '../../support/processes.ts';
import { fixture } from './hosts.ts';
import { watchEachTest } from './watch.ts';

// Real threads and processes, on machines that may be busy with others.
vi.setConfig({ testTimeout: 30_000 });

const watch = watchEachTest();
afterEach(() => expect(zombiesOf(process.pid)).toEqual([]));

const fails = fixture('supervised-fails');
const stack = expect.stringContaining('supervised-fails');

interface Exited {
  reason: string;
  code?: number;
  signal?: string;
  stack?: unknown;
}

/** The ledger's fact of it has these fields and no other; the node it left says the same. */
function expectExit(node: DeclaredNode, fact: object, exited: Exited): void {
  const { kind: _, node: __, t: ___, at: ____, ...said } = fact as Record<string, unknown>;
  expect(said).toEqual(exited);
  expect(node).toMatchObject({ status: 'exited', exitReason: exited.reason, endedAt: expect.any(Number) });
}

type Host = 'thread' | 'process';
const child = (host: Host, args: string, more: { shutdown?: Shutdown } = {}) => ({
  ...{ id: 'w', host, module: fails, args, ...more },
  ...(host === 'thread' ? { resourceLimits: { maxOldGenerationSizeMb: 16 } } : {}),
});

/** Lets it end by itself, and waits for its successor. */
async function ending(host: Host, way: string): Promise<{ node: DeclaredNode; fact: object }> {
  const app = supervisor('app', { intensity: 10, children: [child(host, way)] });
  await app.start();
  const { node, ...fact } = await watch.fact('exited', 'app/w');
  await watch.fact('ready', 'app/w', 2);
  expect(await watch.fact('decided', 'app/w')).toMatchObject({ decision: 'restart' });
  expect(watch.node('app/w')).toMatchObject({ incarnation: 2, exitReason: node.exitReason });
  await app.stop();
  return { node, fact };
}

const memory = 'Error: Worker terminated due to reaching memory limit: JS heap out of memory';

const byItself: [Host, string, Exited][] = [
  ['thread', 'returns', { reason: 'normal', code: 0 }],
  ['thread', 'rejects', { reason: 'TypeError: rejected', code: 1, stack }],
  ['thread', 'uncaught', { reason: 'TypeError: uncaught', code: 1, stack }],
  ['thread', 'uncaught in a timer', { reason: 'TypeError: late', code: 1, stack }],
  ['thread', 'unhandled', { reason: 'TypeError: nobody caught it', code: 1, stack }],
  ['thread', 'not an error', { reason: 'disk full', code: 1 }],
  ['thread', 'exit 0', { reason: 'normal', code: 0 }],
  ['thread', 'exit 7', { reason: 'exit code 7', code: 7 }],
  ['thread', 'out of memory later', { reason: memory, code: 1, stack: expect.any(String) }],
  ['process', 'returns', { reason: 'normal', code: 0 }],
  ['process', 'rejects', { reason: 'TypeError: rejected', code: 1, stack }],
  ['process', 'uncaught', { reason: 'TypeError: uncaught', code: 1, stack }],
  ['process', 'uncaught in a timer', { reason: 'TypeError: late', code: 1, stack }],
  ['process', 'unhandled', { reason: 'TypeError: nobody caught it', code: 1, stack }],
  ['process', 'not an error', { reason: 'disk full', code: 1 }],
  ['process', 'exit 0', { reason: 'normal', code: 0 }],
  ['process', 'exit 7', { reason: 'exit code 7', code: 7 }],
  ['process', 'abort', { reason: 'SIGABRT', signal: 'SIGABRT' }],
  ['process', 'ends itself', { reason: 'SIGTERM', signal: 'SIGTERM' }],
  // It can no longer be asked to end, nor say how it ended: to its supervisor that is a crash.
  ['process', 'disconnects', { reason: 'exit code 1', code: 1 }],
];
test.each(byItself)('a %s that %s', async (host, way, exited) => {
  const { node, fact } = await ending(host, way);
  expectExit(node, fact, exited);
});

test('a process out of memory under --max-old-space-size', async () => {
  vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=24');
  const { node, fact } = await ending('process', 'out of memory without a word').finally(() =>
    vi.unstubAllEnvs(),
  );
  expectExit(node, fact, { reason: 'SIGABRT', signal: 'SIGABRT' });
});

test.each(['SIGTERM', 'SIGKILL', 'SIGSEGV', 'SIGHUP'] as const)(
  'a process that gets %s from outside',
  async (signal) => {
    const app = supervisor('app', { children: [child('process', 'waits')] });
    await app.start();
    process.kill((watch.node('app/w').runsIn as { pid: number }).pid, signal);
    const { node, ...fact } = await watch.fact('exited', 'app/w');
    expectExit(node, fact, { reason: signal, signal });
    await watch.fact('ready', 'app/w', 2);
    await app.stop();
  },
);

test.each([
  ['thread', 'kill', { reason: 'killed', code: 1, call: 'call-1' }],
  ['process', 'kill', { reason: 'killed', signal: 'SIGKILL', call: 'call-1' }],
  ['thread', 'stop', { reason: 'shutdown', code: 0, call: 'call-1' }],
  ['process', 'stop', { reason: 'shutdown', code: 0, call: 'call-1' }],
] as const)('a %s after the act %s', async (host, verb, exited) => {
  const app = supervisor('app', { children: [child(host, 'waits')] });
  await app.start();
  watch.act('app/w', verb, 'call-1');
  const { node, ...fact } = await watch.fact('exited', 'app/w');
  expectExit(node, fact, exited);
  await app.stop();
});

test('a process that does not hear its channel and hears SIGTERM', async () => {
  const app = supervisor('app', {
    children: [child('process', 'does not listen', { shutdown: { afterMs: 2000 } })],
  });
  await app.start();
  await app.stop();
  const { node, ...fact } = await watch.fact('exited', 'app/w');
  expectExit(node, fact, { reason: 'shutdown (SIGTERM)', signal: 'SIGTERM' });
});

describe('before it was ready it has failed to start, and the start says why', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'perch-endings-'));
    writeFileSync(path.join(folder, 'broken.mjs'), 'export const run = ;\n');
    writeFileSync(path.join(folder, 'empty.mjs'), 'export const nothing = 1;\n');
    writeFileSync(path.join(folder, 'bare.cjs'), 'const run = () => {};\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  type How = [code: number | undefined, signal: string | undefined, stack: string];
  const GONE =
    /^Error: Cannot find module '.*gone\.mjs'.*: where the service is bundled, make the module an entry/;
  const thrown: How = [1, undefined, 'string'];
  const starts: [Host, string, { args?: string; module?: string }, RegExp, How][] = [
    ['thread', 'throws', { args: 'throws' }, /^TypeError: thrown at once$/, thrown],
    ['thread', 'is not there', { module: 'gone.mjs' }, GONE, thrown],
    [
      'thread',
      'has a syntax error',
      { module: 'broken.mjs' },
      /^SyntaxError: Unexpected token ';' \(importing .*broken\.mjs\)$/,
      thrown,
    ],
    [
      'thread',
      'has no run',
      { module: 'empty.mjs' },
      /empty\.mjs exports no function run\(context\)$/,
      thrown,
    ],
    [
      'thread',
      'lost its exports',
      { module: 'bare.cjs' },
      /exports nothing\. A bundler keeps .*commonjs2/,
      thrown,
    ],
    ['thread', 'exits', { args: 'exit 7 at once' }, /^exit code 7$/, [7, undefined, 'undefined']],
    ['thread', 'is out of memory', { args: 'out of memory' }, /memory limit/, thrown],
    ['process', 'throws', { args: 'throws' }, /^TypeError: thrown at once$/, thrown],
    ['process', 'is not there', { module: 'gone.mjs' }, GONE, thrown],
    [
      'process',
      'has a syntax error',
      { module: 'broken.mjs' },
      /^SyntaxError: Unexpected token ';' \(importing .*broken\.mjs\)$/,
      thrown,
    ],
    [
      'process',
      'has no run',
      { module: 'empty.mjs' },
      /empty\.mjs exports no function run\(context\)$/,
      thrown,
    ],
    [
      'process',
      'lost its exports',
      { module: 'bare.cjs' },
      /exports nothing\. A bundler keeps .*commonjs2/,
      thrown,
    ],
    ['process', 'exits', { args: 'exit 7 at once' }, /^exit code 7$/, [7, undefined, 'undefined']],
    ['process', 'aborts', { args: 'abort' }, /^SIGABRT$/, [undefined, 'SIGABRT', 'undefined']],
  ];
  test.each(starts)('a %s that %s', async (host, _, { args = '', module }, reason, how) => {
    const more = module === undefined ? {} : { module: path.join(folder, module) };
    const spec = { ...child(host, args), ready: 'explicit' as const, ...more };
    const app = supervisor('app', { children: [spec] });
    await expect(app.start()).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringMatching(new RegExp(reason.source.replace(/^\^/, ''))),
    });
    const failed = await watch.fact('start-failed', 'app/w');
    expect(failed.reason).toMatch(reason);
    expect(failed.node).toMatchObject({ status: 'exited', exitReason: failed.reason });
    expect([failed.code, failed.signal, typeof failed.stack]).toEqual(how);
    expect(watch.tale().some((line) => line.startsWith('exited app/w'))).toBe(false);
    await app.stop();
    expect(watch.lineages()).toEqual([]);
  });
});
