import { openSession } from '../client/session.ts';
import { LIMITS } from '../protocol/limits.ts';
import { TreeMirror } from '../protocol/tree-mirror.ts';

export interface Recovery {
  /** One empty call there and back, one for each kill: the reference. */
  pingMs: number[];
  /** From the call to the watched tree that shows the next incarnation. */
  killMs: number[];
}

/** Kills workers one after another as a client that watches the tree. */
export async function measureRecovery(socket: string, kills: number): Promise<Recovery> {
  const session = await openSession({
    address: { kind: 'unix', path: socket },
    hostKey: { kind: 'any' },
    login: 'none',
  });
  const mirror = new TreeMirror();
  let look = (): void => {};
  const watching = new AbortController();
  const watched = session.call(
    'watch-tree',
    {},
    {
      signal: watching.signal,
      onEvent: (event) => {
        if ('snapshot' in event) mirror.reset(event.snapshot);
        else mirror.apply(event.delta);
        look();
      },
    },
  );
  const next = (lineage: string, incarnation: number) =>
    [...mirror.nodes.values()].find(
      (node) => node.lineage === lineage && node.incarnation === incarnation && node.status === 'running',
    );
  const until = (lineage: string, incarnation: number) =>
    new Promise<NonNullable<ReturnType<typeof next>>>((resolve) => {
      look = () => {
        const node = next(lineage, incarnation);
        if (node) resolve(node);
      };
      look();
    });
  await session.call('arm', { reason: 'bench', forMs: LIMITS.maxArmMs });
  const { epoch } = session.hello.instance;
  const recovery: Recovery = { pingMs: [], killMs: [] };
  for (let count = 0; count < kills; count++) {
    const lineage = `app/games/${count % 100}`;
    const node = await until(lineage, Math.floor(count / 100) + 1);
    const pinged = performance.now();
    await session.call('ping', {});
    recovery.pingMs.push(performance.now() - pinged);
    const killed = performance.now();
    const act = session.call('act', { act: 'kill', call: `${count}`, node: node.id, epoch, reason: 'bench' });
    await until(lineage, node.incarnation + 1);
    recovery.killMs.push(performance.now() - killed);
    await act;
  }
  watching.abort();
  await watched;
  session.close();
  return recovery;
}
