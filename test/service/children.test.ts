/** Children started and deleted by a person, in OTP's words; processes signalled, and followed like a kill's. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import { actOn, untilEvent } from '../support/acts.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
beforeEach(async () => {
  service = await startService('supervised.js');
  session = await armed(await service.session());
});
afterEach(() => service.stop());

const node = async (lineage: string) => byLineage(await nodesOf(session), lineage);
const refused = (code: string, words: RegExp) => ({
  outcome: 'refused',
  words: expect.stringMatching(words),
  error: { code },
});

test('a dynamic supervisor starts a child, once; the same id a second time is already_started', async () => {
  const games = await node('app/games');
  const call = { child: 'b2', childArgs: '{"level":3}', call: 'start-b2' };
  const document = await actOn(session, 'start-child', games, call);
  expect(document).toMatchObject({ act: 'start-child', outcome: 'done', successor: { incarnation: 1 } });
  const started = await node('app/games/b2');
  expect(document.successor?.id).toBe(started.id);
  const { audit: _, ...first } = document;
  expect(await actOn(session, 'start-child', games, call)).toMatchObject(first);
  expect(await actOn(session, 'start-child', games, { child: 'b2' })).toMatchObject(
    refused('NOT_POSSIBLE', /^already_started: app\/games\/b2/),
  );
  expect(await actOn(session, 'start-child', games, { child: 'b/3' })).toMatchObject({ outcome: 'refused' });
  expect(await actOn(session, 'start-child', games, { child: 'b3', childArgs: '{' })).toMatchObject(
    refused('BAD_CALL', /no JSON/),
  );
});

test('what a static supervisor starts is code, and a worker starts nothing', async () => {
  const child = { child: 'x' };
  expect(await actOn(session, 'start-child', await node('app/pool'), child)).toMatchObject(
    refused('NOT_POSSIBLE', /is static/),
  );
  expect(await actOn(session, 'start-child', await node('app/deaf'), child)).toMatchObject(
    refused('NOT_POSSIBLE', /no supervisor/),
  );
});

test('a stopped static child loses its place by delete; a running, dynamic or protected one does not', async () => {
  const thinker = await node('app/pool/thinker');
  expect(await actOn(session, 'delete', thinker)).toMatchObject(refused('NOT_POSSIBLE', /^running: /));
  expect(await actOn(session, 'stop', thinker)).toMatchObject({ outcome: 'not-restarted' });
  expect(await actOn(session, 'delete', thinker)).toMatchObject({ outcome: 'done' });
  expect(await actOn(session, 'restart', thinker)).toMatchObject({ outcome: 'gone' });
  expect(await actOn(session, 'delete', await node('app/games/7f3a'))).toMatchObject(
    refused('NOT_POSSIBLE', /^simple_one_for_one: /),
  );
  expect(await actOn(session, 'delete', await node('app/guarded'))).toMatchObject(refused('PROTECTED', /./));
  expect(await actOn(session, 'delete', await node('app'))).toMatchObject(refused('NOT_POSSIBLE', /./));
});

test('a signal that ends a process is decided like a kill; one that does not is done', async () => {
  const keeper = await untilTree(session, (all) =>
    all.find(
      ({ lineage, endedAt, hasState }) => lineage === 'app/pool/keeper' && endedAt === null && hasState,
    ),
  );
  const ended = await actOn(session, 'signal', keeper, { signal: 'SIGUSR2' });
  expect(ended).toMatchObject({ outcome: 'restarted', successor: { incarnation: 2 } });
  const { exitedMs, decidedMs, startedMs, readyMs } = ended.phases;
  const inOrder = [exitedMs, decidedMs, startedMs, readyMs].map(Number);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  expect(await untilEvent(session, 'exited', (event) => event.node.id === keeper.id)).toMatchObject({
    signal: 'SIGUSR2',
  });
  const root = { id: String(service.pid) };
  expect(await actOn(session, 'signal', root, { signal: 'SIGWINCH' })).toMatchObject({
    outcome: 'done',
    words: expect.stringContaining('still runs'),
  });
  // Node's own process.kill would have run the hub's exit hooks, and this would abort the service.
  expect((await session.call('stack', { node: `${service.pid}.0` })).blocked).toBe(false);
  const killed = await actOn(session, 'signal', await node('app/pool/keeper'), { signal: 'SIGKILL' });
  expect(killed).toMatchObject({ act: 'signal', outcome: 'restarted', successor: { incarnation: 3 } });
});

test('signals that would stop it for good, open it, or mean nothing there are refused', async () => {
  const root = { id: String(service.pid) };
  const signal = (name: string, on = root) => actOn(session, 'signal', on, { signal: name });
  expect(await signal('SIGSTOP')).toMatchObject(refused('NOT_POSSIBLE', /Suspend/));
  expect(await signal('SIGUSR1')).toMatchObject(refused('NOT_POSSIBLE', /debugger/));
  expect(await signal('SIGSEGV')).toMatchObject(refused('NOT_POSSIBLE', /not sent/));
  expect(await signal('SIGHUP', await node('app/games/7f3a'))).toMatchObject(
    refused('NOT_POSSIBLE', /with others/),
  );
  expect(service.process.exitCode).toBeNull();
  expect(service.stderr()).toBe('');
});
