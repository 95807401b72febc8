import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { TRUSTED } from '../../../agent/hub/arming.ts';
import { HubTraffic } from '../../../agent/hub/cost/traffic.ts';
import { serveSession } from '../../../agent/hub/session.ts';
import type { ClientFrame } from '../../../protocol/framing.ts';
import { encodeFrame } from '../../../protocol/framing.ts';
import { FramePeer } from '../../support/frame-peer.ts';
import { scriptedHandlers } from '../../support/scripted-handlers.ts';

const ada = { key: 'SHA256:ada', name: 'ada' };

test('a session counts the bytes of its frames, its calls and its watches; the hub keeps them when it has ended', async () => {
  const traffic = new HubTraffic();
  const session = traffic.open(ada);
  const [ours, theirs] = duplexPair();
  const closed = new Promise<void>((resolve) => {
    const handlers = scriptedHandlers({
      'watch-tree': (_, { signal }) =>
        new Promise((done) => signal.addEventListener('abort', () => done(null))),
      node: () => 'x'.repeat(10_000) as never,
    });
    const onClose = () => {
      traffic.close(session);
      resolve();
    };
    serveSession(ours, { author: ada, capabilities: ['observe'] }, handlers, {
      arming: TRUSTED,
      traffic: session,
      onClose,
    });
  });
  let received = 0;
  theirs.on('data', (chunk: Uint8Array) => {
    received += chunk.length;
  });
  const peer = new FramePeer(theirs);
  await peer.hello();
  const before = { ...session };
  const call: ClientFrame = { t: 'call', id: 2, name: 'node', args: { node: '1' } };
  peer.send(call);
  await peer.answer(2);
  expect(session.bytesIn - before.bytesIn).toBe(encodeFrame(call).length);
  expect(session.bytesOut).toBe(received);
  expect(received).toBeGreaterThan(10_000);

  peer.send({ t: 'call', id: 3, name: 'watch-tree', args: {} });
  await peer.call(4, 'ping');
  expect(traffic.sessions(session)).toMatchObject([{ author: ada, watches: 1, calls: 4, isAsking: true }]);
  peer.send({ t: 'cancel', id: 3 });
  await peer.answer(3);
  await peer.call(5, 'ping');
  expect(session.watches).toBe(0);

  theirs.destroy();
  ours.destroy();
  await closed;
  expect(traffic.sessions(session)).toEqual([]);
  const { bytesIn, bytesOut, calls } = session;
  expect(traffic.total()).toEqual({ sessions: 1, bytesIn, bytesOut, calls });
  traffic.open(ada);
  expect(traffic.total().sessions).toBe(2);
});
