/** Back-off and heartbeats as a client sees them: waiting restarts, and workers whose thread is held. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import { actOn, untilEvent } from '../support/acts.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { byLineage, nodesOf, untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
beforeEach(async () => {
  service = await startService('waits.js');
  session = await armed(await service.session());
});
afterEach(() => service.stop());

const find = async (lineage: string) => byLineage(await nodesOf(session), lineage);

const untilWaiting = (id: string) =>
  untilTree(session, (all) => all.find((node) => node.id === id && node.status === 'restarting'));

test('a restart that waits stands in the tree with its time; a stop takes it back, a restart does not wait', async () => {
  const first = await find('app/worn/a');
  const kill = actOn(session, 'kill', first, { timeoutMs: 300 });
  const waiting = await untilWaiting(first.id);
  const inMs = waiting.metrics.restartsAt! - waiting.endedAt!;
  expect(inMs).toBeGreaterThan(59_000);
  expect(inMs).toBeLessThan(61_000);
  expect(await untilEvent(session, 'decided')).toMatchObject({ decision: 'restart', delayMs: 60_000 });
  expect(await kill).toMatchObject({ outcome: 'not-recovered' });

  expect(await actOn(session, 'stop', first)).toMatchObject({
    ...{ outcome: 'not-restarted', words: 'app/worn no longer restarts it' },
  });
  const stopped = await untilTree(session, (all) =>
    all.find(({ id, status }) => id === first.id && status === 'exited'),
  );
  expect(stopped.metrics).not.toHaveProperty('restartsAt');
  expect(await actOn(session, 'restart', first)).toMatchObject({ outcome: 'restarted' });

  const second = await find('app/worn/a');
  void actOn(session, 'kill', second, { timeoutMs: 300 });
  await untilWaiting(second.id);
  expect(await actOn(session, 'restart', second)).toMatchObject({ outcome: 'restarted' });
  expect(await find('app/worn/a')).toMatchObject({ incarnation: 3, status: 'running' });
});

test.each(['thread', 'process'])(
  'a worker on a %s that a person suspends is not missed for it',
  async (host) => {
    const worker = await find(`app/hearts/${host}`);
    expect(worker.child).toMatchObject({ heartbeat: { everyMs: 100, missed: 2 } });
    const thread = await untilTree(session, (all) =>
      all.find(
        ({ kind, parent, observed, pid }) =>
          kind === 'thread' &&
          observed &&
          (parent === worker.id || (host === 'process' && pid === worker.pid)),
      ),
    );
    const suspended = await actOn(session, 'suspend', thread, { leaseMs: 1500 });
    expect(suspended).toMatchObject({ outcome: 'done' });
    await untilEvent(session, 'resumed');
    expect(await find(`app/hearts/${host}`)).toMatchObject({ incarnation: 1, status: 'running' });
  },
);
