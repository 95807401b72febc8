import type { FleetView, InstanceView } from '../../electron/ipc.ts';
import type { TreeDelta } from '../../protocol/tree.ts';
import { startScriptedApp } from '../../test/support/scripted-app.ts';
import { liveFleet } from '../../test/support/shop-fleet.ts';
import { gameTree, snapshotOf } from '../../test/support/tree-data.ts';
import type { Figure } from '../figures.ts';
import { type Effort, figuresOf, pause, show } from './large.ts';
import { pssOf } from './memory.ts';
import type { Move } from './moves.ts';
import { moveThrough } from './moves.ts';

const INSTANCES = 100;
const NODES = 2000;
const MOVE_MS = 5000;
const SETTLE_MS = 3000;
const STEPS: readonly Move[] = ['scroll the outline', 'zoom the icicle'];

/**
 * 100 instances of 2,000 nodes. 100 services do not fit one machine beside the app: its main process plays them, by the
 * messages that real ones lead to. Each has been opened once, so that all of their trees are held; the fleet is told
 * anew every second, and of the open one 1 % changes.
 */
export async function* measureFleet(_: Effort, say: (line: string) => void): AsyncGenerator<Figure[]> {
  say(`${INSTANCES} instances of ${NODES} nodes`);
  const app = await startScriptedApp();
  const pid = app.electron.process().pid!;
  try {
    await app.page.getByRole('contentinfo').waitFor();
    await pause(SETTLE_MS);
    const emptyMb = pssOf(pid);
    const reference = await moveThrough(app, 'rest', MOVE_MS);
    const fleet = manyInstances();
    await app.setFleet(fleet);
    for (const { key } of fleet.environments[0]!.instances) {
      await app.push({ kind: 'tree', instance: key, event: { snapshot: snapshotOf(gameTree(NODES - 4)) } });
    }
    await app.page.getByRole('treeitem', { name: /shop-0/ }).click();
    await app.page.locator('.outline').waitFor();
    await pause(SETTLE_MS);
    const fullMb = pssOf(pid);
    for (const move of STEPS) {
      await show(app, move);
      const churning = churn(fleet, (push) => app.push(push));
      yield figuresOf(`fleet: ${move}`, reference, await moveThrough(app, move, MOVE_MS));
      await churning.stop();
    }
    const added = { compare: 'added', budget: { max: 100 } } as const;
    yield [
      {
        name: 'fleet: memory, without instances',
        unit: 'MB',
        reference: emptyMb,
        measured: fullMb,
        ...added,
      },
    ];
  } finally {
    await app.close();
  }
}

function manyInstances(): FleetView {
  const view = liveFleet();
  const [environment] = view.environments;
  const [model] = environment!.instances;
  const instances = Array.from({ length: INSTANCES }, (_, index): InstanceView => {
    const name = `shop-${index}`;
    return { ...model!, name, key: `production/${name}`, info: { ...model!.info!, instance: name } };
  });
  return { ...view, environments: [{ ...environment!, instances }] };
}

/** Twenty of the open one every second, in ten messages; and the fleet, whose latencies differ each time. */
function churn(
  fleet: FleetView,
  push: (
    push:
      | { kind: 'tree'; instance: string; event: { delta: TreeDelta } }
      | { kind: 'fleet'; fleet: FleetView },
  ) => Promise<void>,
) {
  let isOver = false;
  let revision = revisions;
  const run = async () => {
    for (let round = 0; !isOver; round++) {
      const changes = [0, 1].map((step): TreeDelta['changes'][number] => [
        '~',
        `4121.0.${3 + ((round * 2 + step) % (NODES - 4))}`,
        { metrics: { backlog: round % 7 } },
      ]);
      const delta = { from: revision, revision: revision + 1, at: Date.now(), changes };
      revision += 1;
      revisions = revision;
      await push({ kind: 'tree', instance: 'production/shop-0', event: { delta } });
      if (round % 10 === 0) await push({ kind: 'fleet', fleet: later(fleet, round) });
      await pause(100);
    }
  };
  const running = run();
  return {
    async stop() {
      isOver = true;
      await running;
    },
  };
}

let revisions = 1;

function later(fleet: FleetView, round: number): FleetView {
  const [environment] = fleet.environments;
  const instances = environment!.instances.map((instance, index) => ({
    ...instance,
    latencyMs: 10 + ((index + round) % 9),
    heardAt: Date.now(),
  }));
  return { ...fleet, environments: [{ ...environment!, instances }] };
}
