// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import type { FleetView, InstanceView, Look, Push } from '../../electron/ipc.ts';
import { START_NODES } from '../../renderer/nodes/choice.ts';
import { fleet, observe, openInstance, startDesk } from '../../renderer/store/desk.ts';
import { show, useInterface } from '../../renderer/store/interface.ts';
import { keepLooks } from '../../renderer/store/looks.ts';
import { START_PANES } from '../../renderer/store/panes.ts';
import { START_CHOICE } from '../../renderer/tree/outline-choice.ts';

const called: [string, unknown][] = [];
let receive: (push: Push) => void;
let looks: Record<string, Look>;
let stop = (): void => {};

beforeEach(() => {
  vi.useFakeTimers();
  called.length = 0;
  looks = {};
  fleet.set(null);
  useInterface.setState(useInterface.getInitialState());
  window.perch = {
    async call(name, args) {
      called.push([name, args]);
      return { ok: true, value: { theme: 'dark', looks } as never };
    },
    onPush: (listener) => {
      receive = listener;
    },
  };
  return () => {
    stop();
    vi.useRealTimers();
  };
});

const instance = (environment: string) =>
  ({ key: `${environment}/a`, environment, state: 'live', info: { epoch: environment } }) as InstanceView;

async function start(): Promise<void> {
  stop = keepLooks();
  await startDesk();
  const environments = ['lab', 'production'].map((name) => ({ name, instances: [instance(name)] }));
  receive({ kind: 'fleet', fleet: { environments } as unknown as FleetView });
}
const kept = () => called.filter(([name]) => name === 'keep-look').map(([, args]) => args);

test('what was kept of an environment comes back when it is entered; nothing is kept by that', async () => {
  looks = {
    lab: {
      view: 'drawing',
      theme: 'light',
      panes: { fleet: 300 },
      outline: { columns: ['cpu'], chips: ['ghosts'] },
    },
    production: { view: 'hologram', panes: { fleet: -3, timeline: 120 }, outline: { columns: 7 } },
  };
  await start();
  expect(useInterface.getState()).toMatchObject({
    instance: 'lab/a',
    view: 'drawing',
    theme: 'light',
    panes: { ...START_PANES, fleet: 300 },
    outline: { columns: ['cpu'] },
  });
  expect(called).toContainEqual(['set-theme', { theme: 'light' }]);
  // What this version does not know is passed over.
  openInstance('production/a');
  expect(useInterface.getState()).toMatchObject({
    view: 'drawing',
    theme: 'light',
    panes: { ...START_PANES, timeline: 120 },
    outline: START_CHOICE,
  });
  vi.advanceTimersByTime(10_000);
  expect(kept()).toEqual([]);
});

test('what is changed is kept for its environment, once for many changes, and before it is left', async () => {
  await start();
  show({ view: 'drawing' });
  show({ panes: { ...START_PANES, inspector: 400 } });
  show({ query: 'x' } as never);
  expect(kept()).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(kept()).toEqual([
    {
      environment: 'lab',
      look: expect.objectContaining({ view: 'drawing', panes: { ...START_PANES, inspector: 400 } }),
    },
  ]);
  show({ outline: { ...START_CHOICE, columns: ['cpu'], chips: ['kind:worker' as never] } });
  openInstance('production/a');
  expect(kept().at(-1)).toMatchObject({ environment: 'lab', look: { outline: { columns: ['cpu'] } } });
  // An environment that is new begins as the window is, without the filters.
  expect(useInterface.getState()).toMatchObject({
    view: 'drawing',
    outline: { columns: ['cpu'], chips: [] },
  });
  show({ view: 'outline', theme: 'light' });
  openInstance('lab/a');
  expect(useInterface.getState()).toMatchObject({ view: 'drawing', outline: { chips: ['kind:worker'] } });
});

test('the list of nodes is kept with its environment, and not turned over while it is looked at', async () => {
  looks = {
    production: { nodes: { sort: 'memory', isDescending: true, columns: ['memory', 'pid'], limit: 1000 } },
  };
  await start();
  show({ nodes: { ...START_NODES, columns: ['busy', 'cpu'], text: 'oven' } });
  vi.advanceTimersByTime(500);
  expect(kept().at(-1)).toMatchObject({ environment: 'lab', look: { nodes: { columns: ['busy', 'cpu'] } } });
  expect(JSON.stringify(kept())).not.toContain('oven');
  openInstance('production/a');
  expect(useInterface.getState().nodes).toMatchObject({
    sort: 'memory',
    columns: ['memory', 'pid'],
    limit: 1000,
  });
  // An act on a line of another environment opens that.
  show({ page: 'nodes' });
  observe('lab/a');
  expect(useInterface.getState()).toMatchObject({ instance: 'lab/a', nodes: { columns: ['memory', 'pid'] } });
});
