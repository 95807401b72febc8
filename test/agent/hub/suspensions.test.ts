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

test('what is held is attended to; what went on since the hub stood still itself is said to have, and can be held again', async () => {
  const node = { id: '1.2', lineage: 'thread:helper', incarnation: 1, status: 'running', endedAt: null };
  const ledger = new Ledger('e');
  let attended = 0;
  const pulse = {
    isHeld: false,
    askHold: () => !pulse.isHeld,
    attend: () => void attended++,
    letGo: () => {
      pulse.isHeld = false;
    },
  };
  const ask = () => {
    pulse.isHeld = true;
    return Promise.resolve(true);
  };
  const hub = {
    own: { id: '1', threads: new Map([[2, { blockedSince: null, pulse, ask }]]) },
    tree: {
      nodes: new Map([[node.id, node]]),
      patch: (_: string, fields: object) => void Object.assign(node, fields),
    },
    ledger,
  } as unknown as Hub;
  const suspensions = new Suspensions(hub);
  const sessionEnd = new AbortController().signal;
  await suspensions.suspend(2, { call: 'c', leaseMs: 60_000, sessionEnd });
  suspensions.attend();
  suspensions.attend();
  expect(attended).toBe(2);
  expect(node.status).toBe('suspended');
  pulse.isHeld = false;
  suspensions.attend();
  expect(suspensions.has(2)).toBe(false);
  expect(node.status).toBe('running');
  expect(ledger.read().events.at(-1)).toMatchObject({ kind: 'resumed', why: 'unattended' });
  await suspensions.suspend(2, { call: 'd', leaseMs: 60_000, sessionEnd });
  expect(suspensions.has(2, 'd')).toBe(true);
  suspensions.resume(2, 'asked');
});
