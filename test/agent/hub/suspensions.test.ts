import { expect, test } from 'vitest';
import type { Hub } from '../../../agent/hub/hub.ts';
import { Ledger } from '../../../agent/hub/ledger.ts';
import { Suspensions } from '../../../agent/hub/suspensions.ts';
import { PerchError } from '../../../protocol/errors.ts';

test('a thread that ends while it is being suspended is gone: nobody is told that it stands still', async () => {
  const node = {
    id: '1.2',
    lineage: 'thread:helper',
    incarnation: 1,
    status: 'running',
    endedAt: null as number | null,
  };
  const ledger = new Ledger('e');
  const link = {
    blockedSince: null,
    // It took the hold, and its answer was lost with it.
    pulse: { isHeld: false, askHold: () => true, withdrawHold: () => false, letGo: () => {} },
    ask: () => {
      Object.assign(node, { status: 'exited', endedAt: 5 });
      return Promise.reject(new PerchError('GONE', 'Thread 2 has ended'));
    },
  };
  const hub = {
    own: { id: '1', threads: new Map([[2, link]]) },
    tree: {
      nodes: new Map([[node.id, node]]),
      patch: (_: string, fields: object) => void Object.assign(node, fields),
    },
    ledger,
  } as unknown as Hub;
  const suspensions = new Suspensions(hub);
  const sessionEnd = new AbortController().signal;
  await expect(suspensions.suspend(2, { call: 'c', leaseMs: 50, sessionEnd })).rejects.toMatchObject({
    code: 'GONE',
  });
  expect(node.status).toBe('exited');
  expect(ledger.read().events).toEqual([]);
  expect(suspensions.has(2)).toBe(false);
});
