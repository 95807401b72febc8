/** Every way in which a thread or child process that no supervisor owns can end, and what is said of it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { armed } from '../support/armed.ts';
import { zombiesOf } from '../support/processes.ts';
import { type Service, startService } from '../support/service.ts';
import { nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-endings-'));
  writeFileSync(path.join(folder, 'broken.mjs'), 'export const run = ;\n');
  service = await startService('ends-as-told.js');
  session = await armed(await service.session());
});
afterEach(() => expect(zombiesOf(service.pid)).toEqual([]));
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  pid?: number;
  threadId?: number;
}

/** Starts it, and gives its node's id once the tree shows it. */
async function start(
  host: 'thread' | 'child',
  way: string,
  file?: string,
): Promise<Started & { id: string }> {
  service.process.send({ start: host, way, ...(file ? { file } : {}) });
  const started = await service.message<Started>((message) => isStart(message, way));
  const id = host === 'child' ? String(started.pid) : `${service.pid}.${started.threadId}`;
  await untilTree(session, (all) => all.some((node) => node.id === id));
  return { ...started, id };
}

const seen = new Set<unknown>();
function isStart(message: unknown, way: string): boolean {
  if ((message as { started?: string }).started !== way || seen.has(message)) return false;
  seen.add(message);
  return true;
}

/** The one fact of its end, without what each has, and the reason its node shows. */
async function ending(id: string): Promise<object> {
  const ghost = await untilTree(session, (all) =>
    all.find((node) => node.id === id && node.endedAt !== null),
  );
  const exited = await untilExited(id);
  expect(ghost.status).toBe('exited');
  const shown = (await nodesOf(session)).find((node) => node.id === id);
  expect(shown?.exitReason).toBe(exited.reason);
  const { kind: _, node: __, t: ___, at: ____, seq: _____, ...said } = exited;
  return said;
}

async function untilExited(id: string): Promise<Extract<LedgerEvent, { kind: 'exited' }>> {
  const watching = new AbortController();
  const found: LedgerEvent[] = [];
  await session.call(
    'watch-ledger',
    { since: 1 },
    {
      signal: watching.signal,
      onEvent: ({ events }) => {
        found.push(...events.filter((event) => event.kind === 'exited' && event.node.id === id));
        if (found.length > 0) watching.abort();
      },
    },
  );
  expect(found).toHaveLength(1);
  return found[0] as Extract<LedgerEvent, { kind: 'exited' }>;
}

const stack = expect.stringContaining('ends-as-told');
const memory = 'Error: Worker terminated due to reaching memory limit: JS heap out of memory';

test.each([
  ['returns', { reason: 'exit code 0', code: 0 }],
  ['throws', { reason: 'TypeError: thrown', code: 1, stack }],
  ['throws in a timer', { reason: 'TypeError: thrown', code: 1, stack }],
  ['throws no error', { reason: 'disk full', code: 1 }],
  ['rejects', { reason: 'TypeError: rejected', code: 1, stack }],
  ['exits 0', { reason: 'exit code 0', code: 0 }],
  ['exits 7', { reason: 'exit code 7', code: 7 }],
  ['runs out of memory', { reason: memory, code: 1, stack: expect.any(String) }],
])('a thread that %s', async (way, said) => {
  const { id } = await start('thread', way);
  service.send('go');
  expect(await ending(id)).toEqual(said);
});

test.each([
  ['returns', { reason: 'exit code 0', code: 0 }],
  ['throws', { reason: 'TypeError: thrown', code: 1, stack }],
  ['throws in a timer', { reason: 'TypeError: thrown', code: 1, stack }],
  ['throws no error', { reason: 'disk full', code: 1 }],
  ['rejects', { reason: 'TypeError: rejected', code: 1, stack }],
  // What it made of it itself is the last word.
  ['handles its errors', { reason: 'exit code 4', code: 4 }],
  ['exits 0', { reason: 'exit code 0', code: 0 }],
  ['exits 7', { reason: 'exit code 7', code: 7 }],
  ['aborts', { reason: 'SIGABRT', signal: 'SIGABRT' }],
  ['runs out of memory', { reason: 'SIGABRT', signal: 'SIGABRT' }],
])('a child process that %s', async (way, said) => {
  const { id } = await start('child', way);
  await untilTree(session, (all) => all.some((node) => node.id === `${id}.0`));
  service.send('go');
  expect(await ending(id)).toEqual(said);
  expect(
    readdirSync(path.join(service.runtimeDir, 'perch')).filter((name) => name.endsWith('.last')),
  ).toEqual([]);
});

test.each(['SIGTERM', 'SIGKILL', 'SIGSEGV'] as const)(
  'a child process that gets %s from outside',
  async (signal) => {
    const { id, pid } = await start('child', 'waits');
    await untilTree(session, (all) => all.some((node) => node.id === `${id}.0`));
    process.kill(pid!, signal);
    expect(await ending(id)).toEqual({ reason: signal, signal });
  },
);

test.each([
  ['thread', 'kill', { reason: 'exit code 1', code: 1 }],
  ['child', 'kill', { reason: 'SIGKILL', signal: 'SIGKILL' }],
  ['child', 'stop', { reason: 'SIGTERM', signal: 'SIGTERM' }],
] as const)('a %s after the act %s, which its exit names', async (host, act, said) => {
  const { id } = await start(host, 'waits');
  await untilTree(session, (all) => all.some((node) => node.id === id && node.observed));
  const call = `${act} ${id}`;
  const { epoch } = session.hello.instance;
  await session.call('act', { act, call, node: id, epoch, reason: 'a test' });
  expect(await ending(id)).toEqual({ ...said, call, by: expect.objectContaining({ key: 'local' }) });
});

test('a child that crashes has not lost its agent before', async () => {
  const { id } = await start('child', 'throws');
  await untilTree(session, (all) => all.some((node) => node.id === `${id}.0`));
  service.send('go');
  await ending(id);
  const { events } = await session.call('ledger', {});
  expect(events.filter((event) => event.kind === 'left')).toEqual([]);
});

test.each([
  ['thread', 'gone.mjs', /^Error: Cannot find module '.*gone\.mjs'/],
  ['thread', 'broken.mjs', /^SyntaxError: Unexpected token ';'/],
  ['child', 'gone.mjs', /^Error: Cannot find module '.*gone\.mjs'/],
  ['child', 'broken.mjs', /^SyntaxError: Unexpected token ';'/],
] as const)('a %s whose module is %s', async (host, file, reason) => {
  const { id } = await start(host, `has no ${host} in ${file}`, path.join(folder, file));
  service.send('go');
  expect(await ending(id)).toEqual({
    reason: expect.stringMatching(reason),
    code: 1,
    stack: expect.stringContaining(file === 'gone.mjs' ? 'gone.mjs' : 'SyntaxError'),
  });
});

test('the service still hears of an error of its thread that it does not listen for', async () => {
  const other = await startService('ends-as-told.js');
  try {
    other.process.send({ start: 'thread', way: 'nobody listens' });
    await other.message((message) => (message as { started?: string }).started === 'nobody listens');
    other.send('go');
    expect(await other.exited).toEqual({ code: 1, signal: null });
    expect(other.stderr()).toContain('ways[way]');
  } finally {
    await other.stop();
  }
});
