/** The processes of node:cluster hang under their cluster, and one that is forked again takes the place of the dead. */
import { afterEach, expect, test } from 'vitest';
import { type Service, startService } from '../../support/service.ts';
import { nodesOf, untilTree } from '../../support/tree.ts';

let service: Service;
afterEach(() => service.stop());

test('a worker that is forked again joins the lineage of the one that died, with all that is in it', async () => {
  service = await startService('clustered.js');
  const session = await service.session();
  const members = await untilTree(session, (all) => {
    const cluster = all.find((node) => node.component?.adapter === 'cluster');
    const below = all.filter(
      (node) => node.kind === 'process' && node.parent === cluster?.id && node.observed,
    );
    return below.length === 2 ? below : undefined;
  });
  const [cluster] = (await nodesOf(session)).filter((node) => node.component?.adapter === 'cluster');
  expect(cluster).toMatchObject({
    parent: `${service.pid}.0`,
    lineage: 'cluster:clustered.js',
    component: { type: 'cluster', facts: { scheduling: 'round-robin' } },
  });
  expect(members.map(({ lineage }) => lineage).sort()).toEqual([
    'cluster:clustered.js/1',
    'cluster:clustered.js/2',
  ]);

  const server = await untilTree(session, (all) =>
    all.find((node) => node.component?.adapter === 'http' && node.pid === members[0]!.pid),
  );
  expect(server.lineage).toMatch(new RegExp(`^${members[0]!.lineage}/http:127\\.0\\.0\\.1:\\d+$`));

  process.kill(members[0]!.pid, 'SIGKILL');
  const next = await untilTree(session, (all) =>
    all.find(
      (node) => node.lineage === members[0]!.lineage && node.kind === 'process' && node.incarnation === 2,
    ),
  );
  expect(next).toMatchObject({ parent: cluster!.id, restarts: 1, exitReason: 'SIGKILL', endedAt: null });
  expect(next.pid).not.toBe(members[0]!.pid);
  const after = await nodesOf(session);
  expect(after.find(({ id }) => id === members[0]!.id)).toMatchObject({
    status: 'exited',
    parent: cluster!.id,
  });
  expect(after.find(({ id }) => id === members[1]!.id)).toMatchObject({ incarnation: 1, endedAt: null });
  const again = await untilTree(session, (all) =>
    all.find((node) => node.component?.adapter === 'http' && node.pid === next.pid),
  );
  expect(again.lineage).toBe(server.lineage);
});
