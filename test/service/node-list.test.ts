/** The list of nodes of a real service: what burns stands on top, and figures change by the second. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { CallArgs } from '../../protocol/calls.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { NodeRow } from '../../protocol/node-list.ts';
import { perch, perchJson, perchOnTerminal } from '../support/perch.ts';
import { type Service, startService } from '../support/service.ts';
import { until } from '../support/until.ts';

const NAME = 'list-fra';
const ESC = '\x1b';
let service: Service;
let session: Session;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  service = await startService('shop.js', { env: { PERCH_SERVICE: 'shop', PERCH_INSTANCE: NAME } });
  session = await service.session();
  env = { HOME: service.runtimeDir, XDG_RUNTIME_DIR: service.runtimeDir };
});
afterAll(() => service.stop());

/** Asks again and again, as who looks does, until a row is as it is wanted. */
async function untilRow(args: CallArgs<'nodes'>, isWanted: (row: NodeRow) => boolean): Promise<NodeRow> {
  let found: NodeRow | undefined;
  await until(async () => {
    found = (await session.call('nodes', args)).rows.find(isWanted);
    return found !== undefined;
  }).toBe(true);
  return found!;
}

test('every process, thread, supervisor and worker is listed, each with the figures that are known of it', async () => {
  const oven = await untilRow(
    { kinds: ['worker'] },
    (row) => row.lineage === 'app/oven' && row.heapUsedBytes !== null,
  );
  expect(oven).toMatchObject({ host: 'thread', cpuPercent: null, rssBytes: null, restarts: 0 });
  const safe = await untilRow({}, (row) => row.lineage === 'app/safe' && row.rssBytes !== null);
  expect(safe.pid).not.toBe(service.pid);
  const till = await untilRow({}, ({ lineage }) => lineage === 'app/till');
  expect(till).toMatchObject({ cpuPercent: null, loopUtilization: null, heapUsedBytes: null, backlog: 0 });
  const { live } = await session.call('nodes', { limit: 0 });
  expect(live).toEqual({ process: 2, thread: 3, supervisor: 2, worker: 5, component: 1 });
});

test('a backlog that grew says how fast, and falls to nothing when it stands still', async () => {
  service.send('fill');
  const till = await untilRow(
    { sort: 'backlog-rate' },
    (row) => row.lineage === 'app/till' && (row.backlogPerS ?? 0) > 0,
  );
  expect(till).toMatchObject({ backlog: 3, backlogWord: 'orders' });
  expect(till.backlogPerS).toBeLessThanOrEqual(4);
  await untilRow({ sort: 'backlog' }, (row) => row.lineage === 'app/till' && row.backlogPerS === 0);
});

test('perch top --json prints one list with rates, the busiest first', async () => {
  const { exit, json, stderr } = await perchJson(
    env,
    'top',
    NAME,
    '--sort',
    'name',
    '--kind',
    'worker',
    '--limit',
    '2',
  );
  expect(exit).toBe(0);
  expect(stderr).toBe('');
  expect(json).toMatchObject({ sort: 'name', descending: false, matching: 5, unanswered: [] });
  expect(json.nodes.map(({ lineage }: NodeRow) => lineage)).toEqual(['app/door', 'app/oven']);
  expect(json.nodes[0]).toMatchObject({ instance: NAME, restartsPerS: 0, cpuPercent: null });
});

test('perch top refuses words it does not know', async () => {
  const { exit, stderr } = await perch(env, 'top', '--sort', 'luck');
  expect(exit).toBe(2);
  expect(stderr).toMatch(/--sort luck: expected one of busy/);
});

test('on a terminal it is drawn in place until Ctrl-C', async () => {
  const running = perchOnTerminal(env, 'top', '--kind', 'thread');
  const shown = await new Promise<string>((resolve) => {
    let text = '';
    running.process.stdout!.on('data', (chunk) => {
      text += chunk;
      if (text.includes(`${ESC}[5A`)) resolve(text);
    });
  });
  expect(shown).toMatch(/list-fra.* {2}2 processes, 3 threads, 2 supervisors, 5 workers/);
  expect(shown).toMatch(/BUSY +MEMORY .* NODE/);
  running.process.stdin!.write('\x03');
  expect((await running.ended).exit).toBe(0);
});

test('what burns stands on top: a worker whose loop never comes back, and the process that burns', async () => {
  service.send('block-oven');
  await untilRow(
    { kinds: ['worker'], limit: 1 },
    (row) => row.lineage === 'app/oven' && row.blockedMs !== null,
  );
  const { rows } = await session.call('nodes', { kinds: ['worker'], sort: 'delay', limit: 1 });
  expect(rows[0]).toMatchObject({ lineage: 'app/oven', loopUtilization: 1, memoryPerS: null });
  expect(rows[0]!.loopDelayMs).toBeGreaterThanOrEqual(LIMITS.blockedMs);
  const burning = await untilRow({ sort: 'cpu', limit: 1 }, (row) => (row.cpuPercent ?? 0) > 30);
  expect(burning).toMatchObject({ kind: 'process', pid: service.pid });
});
