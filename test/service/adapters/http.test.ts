/** Servers of Node's own are found, counted while somebody looks, and left alone. */
import { afterEach, expect, test } from 'vitest';
import { speak } from '../../../client/session.ts';
import { connect } from '../../../client/ssh/connect.ts';
import { fromColumns } from '../../../protocol/tree.ts';
import { PROTOCOL_VERSION } from '../../../protocol/version.ts';
import { type Service, startService } from '../../support/service.ts';
import { nodesOf, untilTree } from '../../support/tree.ts';
import { until } from '../../support/until.ts';

let service: Service;
afterEach(() => service.stop());

const isNode20 = (session: { hello: { instance: { node: string } } }) =>
  session.hello.instance.node.startsWith('20.');

async function start() {
  service = await startService('servers.js');
  const { ports } = await service.message<{ ports: { http: number; https: number; http2: number } }>(
    (message) => (message as { ready?: true }).ready === true,
  );
  const session = await service.session();
  const told = (word: string) => {
    service.send(word);
    return service.message((message) => (message as { done?: string }).done === word);
  };
  return { session, told, ports, name: (port: number) => `127.0.0.1:${port}` };
}

test('servers of HTTP/1, HTTPS and HTTP/2 stand under their thread, with address, connections and requests in flight', async () => {
  const { session, told, ports, name } = await start();
  await told('hold');
  const of = (port: number) =>
    untilTree(session, (all) =>
      all.find((node) => node.name === name(port) && (node.metrics.figures?.connections ?? 0) > 0),
    );
  const [plain, secure, second] = await Promise.all([of(ports.http), of(ports.https), of(ports.http2)]);
  expect(plain).toMatchObject({
    kind: 'component',
    parent: `${service.pid}.0`,
    lineage: `http:${name(ports.http)}`,
    status: 'running',
    incarnation: 1,
    component: { adapter: 'http', type: 'http server', facts: { address: name(ports.http) } },
    metrics: { figures: { connections: 1, inFlight: 1 } },
  });
  expect(secure).toMatchObject({
    component: { type: 'https server' },
    metrics: { figures: { connections: 1, inFlight: 1 } },
  });
  expect(second).toMatchObject({
    component: { type: 'http2 server' },
    metrics: { figures: { connections: 1 } },
  });

  await told('release');
  const done = await untilTree(session, (all) =>
    all.find(({ id, metrics }) => id === plain.id && metrics.figures?.inFlight === 0),
  );
  expect(done.metrics.figures).toMatchObject({ connections: 1 });
});

test('requests a second are counted while somebody looks', async () => {
  const { session, told, ports, name } = await start();
  const watching = new AbortController();
  const watch = session.call('watch-tree', {}, { signal: watching.signal, onEvent: () => {} });
  await until(async () => {
    await told('ask');
    const server = (await nodesOf(session)).find((node) => node.name === name(ports.http));
    return server?.metrics.figures?.requestsPerSecond;
  }).toBeGreaterThan(1);
  const second = (await nodesOf(session)).find((node) => node.name === name(ports.http2));
  expect(second?.metrics.figures?.requestsPerSecond).toBe(isNode20(session) ? undefined : 0);
  watching.abort();
  await watch;
});

test('a server that was closed has ended, and who listens there next is its successor', async () => {
  const { session, told, ports, name } = await start();
  const first = await untilTree(session, (all) => all.find((node) => node.name === name(ports.http)));
  await told('close');
  const ghost = await untilTree(session, (all) =>
    all.find(({ id, endedAt }) => id === first.id && endedAt !== null),
  );
  expect(ghost).toMatchObject({ status: 'exited', exitReason: 'gone' });
  await told('listen-again');
  const next = await untilTree(session, (all) =>
    all.find((node) => node.name === name(ports.http) && node.endedAt === null),
  );
  expect(next).toMatchObject({ lineage: first.lineage, incarnation: 2, restarts: 1 });
  expect(next.id).not.toBe(first.id);
});

test('it is looked at and not acted on, and says whose thread can be', async () => {
  const { session, ports, name } = await start();
  const server = await untilTree(session, (all) => all.find((node) => node.name === name(ports.http)));
  const preview = await session.call('preview', {
    act: 'kill',
    node: server.id,
    epoch: session.hello.instance.epoch,
  });
  expect(preview).toMatchObject({ possible: false });
  expect(preview.words).toContain(`Act on its thread (${service.pid}.0)`);
  await expect(session.call('state', { node: server.id })).rejects.toMatchObject({ code: 'NO_STATE' });
});

test('a client that does not say that it takes components is shown the tree without them', async () => {
  const { session, ports, name } = await start();
  await untilTree(session, (all) => all.find((node) => node.name === name(ports.http)));
  const connection = await connect(
    {
      address: { kind: 'unix', path: await service.socket() },
      hostKey: { kind: 'any' },
      login: 'none',
    },
    {},
  );
  const { caller } = speak(connection.stream, connection.whyEnded);
  await caller.call('hello', { protocol: PROTOCOL_VERSION, client: 'an older one' });
  const { columns } = await caller.call('tree', {});
  expect(fromColumns(columns).map(({ kind }) => kind)).toEqual(['process', 'thread']);
  const { rows } = await caller.call('nodes', {});
  expect(rows.map(({ kind }) => kind)).not.toContain('component');
  connection.close();
});
