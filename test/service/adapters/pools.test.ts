/** Pools of threads and processes, of the real libraries: what is in them, what they do, and who comes after whom. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TreeNode } from '../../../protocol/tree.ts';
import { type Service, startService } from '../../support/service.ts';
import { untilTree } from '../../support/tree.ts';

let folder: string;
let service: Service;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'perch-pool-'));
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

async function start(library: string, adapter: string) {
  service = await startService('pooled.js', {
    env: { POOL: library, POOL_GATE: path.join(folder, 'gate') },
  });
  const session = await service.session();
  const poolIn = (all: TreeNode[]) =>
    all.find((node) => node.component?.adapter === adapter && node.endedAt === null);
  const membersIn = (all: TreeNode[]) =>
    all.filter(
      (node) => node.parent === poolIn(all)?.id && node.endedAt === null && node.kind !== 'component',
    );
  const until = (figures: object, more: (pool: TreeNode) => boolean = () => true) =>
    untilTree(session, (all) => {
      const pool = poolIn(all);
      const isSo = Object.entries(figures).every(([name, value]) => pool?.metrics.figures?.[name] === value);
      return pool && isSo && membersIn(all).length === 2 && more(pool)
        ? { pool, members: membersIn(all) }
        : undefined;
    });
  const does = (word: string) => {
    service.send(word);
    return service.message((message) => (message as { done?: string }).done === word);
  };
  return { session, until, does };
}

/** Whether the library lets it be seen what waits. */
const LIBRARIES = [
  { library: 'piscina', adapter: 'piscina', name: 'pooled-task.js', seesQueue: true, kind: 'thread' },
  { library: 'tinypool', adapter: 'tinypool', name: 'pooled-task.js', seesQueue: false, kind: 'thread' },
  { library: 'workerpool', adapter: 'workerpool', name: 'pooled-worker.js', seesQueue: true, kind: 'thread' },
  { library: 'processes', adapter: 'workerpool', name: 'pooled-worker.js', seesQueue: true, kind: 'process' },
] as const;

test.each(LIBRARIES)(
  '$library: busy, idle and what waits; a member that breaks is followed by one of its lineage',
  async ({ library, adapter, name, seesQueue, kind }) => {
    const { session, until, does } = await start(library, adapter);
    const { pool, members } = await until({ total: 2, busy: 0, idle: 2 });
    // Threads that have nothing to do stand still in some of these: that is no trouble.
    expect(members.map(({ status }) => status)).toEqual(['running', 'running']);
    expect(pool).toMatchObject({
      kind: 'component',
      name,
      lineage: `${adapter}:${name}`,
      parent: `${service.pid}.0`,
      component: { type: 'worker pool' },
    });
    expect(members.map((member) => member.kind)).toEqual([kind, kind]);
    expect(members.map(({ lineage }) => lineage).sort()).toEqual([`${pool.lineage}/1`, `${pool.lineage}/2`]);

    await does('hold');
    const held = await until({ busy: 2, idle: 0 }, ({ metrics }) => !seesQueue || metrics.backlog === 3);
    expect(held.pool.metrics.backlog).toBe(seesQueue ? 3 : undefined);
    await does('release');
    await until({ busy: 0, idle: 2 }, ({ metrics }) => !seesQueue || metrics.backlog === 0);

    service.send('crash');
    const next = await untilTree(session, (all) =>
      all.find(
        ({ parent, incarnation, endedAt }) => parent === pool.id && incarnation === 2 && endedAt === null,
      ),
    );
    const before = members.find(({ lineage }) => lineage === next.lineage);
    expect(before?.id).not.toBe(next.id);
    expect(next).toMatchObject({
      kind,
      restarts: 1,
      exitReason: kind === 'thread' ? 'Error: broke' : 'exit code 1',
    });

    await does('end');
    const ended = await untilTree(session, (all) =>
      all.find(({ id, endedAt }) => id === pool.id && endedAt !== null),
    );
    expect(ended.status).toBe('exited');
  },
);
