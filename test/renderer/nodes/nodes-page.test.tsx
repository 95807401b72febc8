// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { IpcAnswer, NodesView } from '../../../electron/ipc.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { commandOf } from '../../../renderer/command/commands.ts';
import { offeredNow } from '../../../renderer/export/offered.ts';
import { START_NODES } from '../../../renderer/nodes/choice.ts';
import { NodesPage } from '../../../renderer/nodes/nodes-page.tsx';
import { picked, pickedOf } from '../../../renderer/nodes/picked.ts';
import { nodeList } from '../../../renderer/nodes/use-node-list.ts';
import { fleet, observedAt, togglePaused } from '../../../renderer/store/desk.ts';
import { show, useInterface } from '../../../renderer/store/interface.ts';
import { paused } from '../../../renderer/store/pause.ts';
import { shopNodes } from '../../support/list-nodes.ts';
import { liveFleet } from '../../support/shop-fleet.ts';
import { aNode, snapshotOf } from '../../support/tree-data.ts';

/** What the main process answers, and what it was asked. */
let answer: () => IpcAnswer<NodesView>;
let asked: Record<string, unknown>[];
let copied: string[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  copied = [];
  picked.set(null);
  answer = () => ({ ok: true, value: shopNodes() });
  window.perch = {
    onPush: () => {},
    call: async (name: string, args: Record<string, unknown>) => {
      if (name === 'copy') copied.push(args.text as string);
      if (name !== 'nodes') return { ok: true, value: null };
      asked.push(args);
      return answer();
    },
  } as unknown as typeof window.perch;
  nodeList.set({ view: null, at: 0, error: null, of: null });
  show({ instance: 'production/shop-fra', page: 'nodes', nodes: START_NODES });
});

afterEach(() => {
  if (paused.get()) togglePaused();
  cleanup();
  vi.useRealTimers();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const shown = () => screen.getByRole('grid', { name: 'Nodes' });

async function open(): Promise<void> {
  render(<NodesPage instance="production/shop-fra" />);
  await pass(0);
}

test('it is asked each second while it is shown, and not any more after that', async () => {
  await open();
  expect(asked).toEqual([{ instance: null, sort: 'busy', descending: true, limit: START_NODES.limit }]);
  await pass(LIMITS.sampleMs * 3);
  expect(asked).toHaveLength(4);
  cleanup();
  await pass(LIMITS.sampleMs * 3);
  expect(asked).toHaveLength(4);
});

test('another question is asked at once, and what was there stays until it is answered', async () => {
  await open();
  answer = () => ({ ok: true, value: { ...shopNodes(), rows: [], instances: 0 } });
  act(() => show({ nodes: { ...START_NODES, isFleetWide: false, sort: 'backlog', kinds: ['worker'] } }));
  await pass(0);
  expect(asked.at(-1)).toMatchObject({ instance: 'production/shop-fra', sort: 'backlog', kinds: ['worker'] });
  expect(shown().getAttribute('aria-rowcount')).toBe('47');
});

test('paused it asks for nothing; live again it asks at once', async () => {
  await open();
  act(togglePaused);
  await pass(LIMITS.sampleMs * 5);
  expect(asked).toHaveLength(1);
  expect(screen.getByText(/^as at/)).toBeTruthy();
  act(togglePaused);
  await pass(0);
  expect(asked).toHaveLength(2);
});

test('opened while the world is paused it shows how it is at that moment', async () => {
  togglePaused();
  await open();
  await pass(LIMITS.sampleMs * 5);
  expect(asked).toHaveLength(1);
  expect(shown()).toBeTruthy();
});

test('a question that fails leaves what was there, and says why', async () => {
  await open();
  const error = { code: 'NO_SUCH_TARGET' as const, message: 'There is no instance x any more', facts: {} };
  answer = () => ({ ok: false, error });
  await pass(LIMITS.sampleMs);
  expect(shown()).toBeTruthy();
  expect(screen.getByText('There is no instance x any more')).toBeTruthy();
});

const shopLax = (id: string) => [
  aNode({ id: '977', kind: 'process', host: null, lineage: 'process:shop' }),
  aNode({ id: '977.0', parent: '977', kind: 'thread', host: null, lineage: 'main' }),
  aNode({ id, parent: '977.0', name: 'clerk', lineage: 'app/staff/clerk' }),
];

test('an act on a line is one of its own instance, whose tree tells whether it can be had; the list stays', async () => {
  await open();
  const clerk = shopNodes().rows.find(({ lineage }) => lineage === 'app/staff/clerk')!;
  expect(commandOf('kill')!.isOffered()).toBe('Select a node first');
  picked.set(pickedOf(clerk));
  expect(commandOf('kill')!.isOffered()).toBe(true);
  expect(commandOf('resume')!.isOffered()).toBe(false);
  fleet.set(liveFleet());
  act(() => commandOf('kill')!.run());
  expect(useInterface.getState()).toMatchObject({ instance: clerk.instance, page: 'nodes', asked: null });
  const { tree } = observedAt(clerk.instance);
  act(() => {
    tree.receive({ snapshot: snapshotOf(shopLax(clerk.id)) });
    tree.commit();
  });
  expect(useInterface.getState()).toMatchObject({
    page: 'nodes',
    asked: { act: 'kill', instance: clerk.instance, node: clerk.id },
  });
  act(() => show({ asked: null }));
});

test('what is copied and watched is the line, not what is selected in a tree behind it', async () => {
  await open();
  fleet.set(liveFleet());
  const oven = shopNodes().rows.find(({ lineage }) => lineage === 'app/oven')!;
  picked.set(pickedOf(oven));
  for (const [id, text] of [
    ['copy-path', 'app/oven'],
    ['copy-id', oven.id],
    ['copy-link', 'perch://production/shop-fra/app/oven'],
  ] as const) {
    commandOf(id)!.run();
    expect(copied.at(-1)).toBe(text);
  }
  commandOf('watch')!.run();
  expect(useInterface.getState().watched).toEqual([{ instance: oven.instance, lineage: 'app/oven' }]);
  show({ watched: [] });
});

test('more rows are asked for, and fewer again; many are asked for less often', async () => {
  answer = () => ({ ok: true, value: { ...shopNodes(), matching: 99_000 } });
  await open();
  for (const [button, limit] of [
    ['Show the first 1,000', 1000],
    ['Show the first 5,000', LIMITS.maxNodeRows],
    ['Only the first 200', 200],
  ] as const) {
    act(() => screen.getByRole('button', { name: button }).click());
    await pass(0);
    expect(asked.at(-1)).toMatchObject({ limit });
    const before = asked.length;
    await pass(2400);
    expect(asked.length - before).toBe(limit > 1000 ? 0 : 2);
  }
});

test('the columns are chosen, and what is chosen is shown', async () => {
  await open();
  const heads = () => screen.getAllByRole('columnheader').map(({ textContent }) => textContent);
  expect(heads()).not.toContain('Pid');
  act(() => screen.getByRole('button', { name: 'Columns' }).click());
  await pass(0);
  act(() => screen.getByRole('menuitemcheckbox', { name: 'Process id' }).click());
  act(() => screen.getByRole('menuitemcheckbox', { name: 'Backlog' }).click());
  expect(heads()).toContain('Pid');
  expect(heads()).not.toContain('Backlog');
  expect(useInterface.getState().nodes.columns).toContain('pid');
}, 20_000);

test('what it shows is offered as a table to be saved, with the names that a person gave', async () => {
  await open();
  const table = offeredNow('table')!;
  expect(table.name).toBe('nodes');
  expect(table.csv().split('\r\n')).toHaveLength(1 + shopNodes().rows.length + 1);
  cleanup();
  expect(offeredNow('table')).toBeNull();
});
