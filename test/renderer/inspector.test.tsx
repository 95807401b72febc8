// @vitest-environment happy-dom
import { act, cleanup, render, renderHook, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { InstanceView, IpcAnswer } from '../../electron/ipc.ts';
import { Inspector } from '../../renderer/inspect/inspector.tsx';
import { InstanceFacts } from '../../renderer/inspect/instance-facts.tsx';
import { StateTab } from '../../renderer/inspect/state.tsx';
import { useStateOf } from '../../renderer/inspect/use-state.ts';
import { fleet, observedAt, togglePaused } from '../../renderer/store/desk.ts';
import { select } from '../../renderer/tree/use-outline.ts';
import { NOT_CHECKED } from '../support/checked.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

/** The calls of the page that wait for their answer. */
let asked: { args: { node: string; path?: string }; answer(answer: IpcAnswer<unknown>): void }[];

beforeEach(() => {
  asked = [];
  window.perch = {
    call: ((_name: string, args: { node: string }) =>
      new Promise((answer) => asked.push({ args, answer }))) as never,
    onPush() {},
  };
});
afterEach(cleanup);

const state = (node: string, value: unknown): IpcAnswer<unknown> => ({
  ok: true,
  value: { node: { id: node, lineage: 'l', incarnation: 1 }, value, at: 0, cost: {}, partial: false },
});
const gone: IpcAnswer<unknown> = { ok: false, error: { code: 'GONE', message: 'ended', facts: {} } };

/** Answers the oldest call for this node. */
async function answer(node: string, given: IpcAnswer<unknown>): Promise<void> {
  const at = asked.findIndex(({ args }) => args.node === node);
  await act(async () => asked.splice(at, 1)[0]!.answer(given));
}

const NOT_AGAIN = { isLive: false, isStill: false };
const view = (first: { node: string; place: string; how?: { isLive: boolean; isStill: boolean } }) =>
  renderHook(
    ({ node, place, how = NOT_AGAIN }) => useStateOf({ instance: 'i', node, placeKey: place }, how),
    { initialProps: first },
  );

test('what was asked of one place is not shown in another', async () => {
  const { result, rerender } = view({ node: '1', place: 'fetched-a' });
  await answer('1', state('1', { board: { $: 'More', of: 'Object', count: 9 } }));
  act(() => result.current.fetch('/board', 'content'));
  rerender({ node: '2', place: 'fetched-b' });
  await answer('1', state('1', { cells: 'of the first' }));
  expect(result.current.view.parts.size).toBe(0);
  expect(result.current.answer).toBeNull();
});

test('a late answer about the incarnation before is not its successor’s', async () => {
  const { result, rerender } = view({ node: '1', place: 'succeeded' });
  rerender({ node: '2', place: 'succeeded' });
  await answer('2', state('2', 'new'));
  expect(result.current.answer?.value).toBe('new');
  await answer('1', gone);
  expect(result.current.error).toBeNull();
  expect(result.current.answer?.value).toBe('new');
});

test('while the world is paused a state stands still, is read once where it was not yet, and goes on after that', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const [live, still] = [
    { isLive: true, isStill: false },
    { isLive: false, isStill: true },
  ];
  const { result, rerender } = view({ node: '1', place: 'paused', how: live });
  await answer('1', state('1', 'before'));
  rerender({ node: '1', place: 'paused', how: still });
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(asked).toEqual([]);
  expect(result.current.answer?.value).toBe('before');
  rerender({ node: '2', place: 'paused elsewhere', how: still });
  await answer('2', state('2', 'as it is then'));
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(asked).toEqual([]);
  rerender({ node: '2', place: 'paused elsewhere', how: live });
  expect(asked).toHaveLength(1);
});

test('the state tab says that it is paused, and how old what it shows is', async () => {
  const { tree } = observedAt('i');
  act(() => {
    tree.receive({ snapshot: snapshotOf(gameTree(1)) });
    tree.commit();
  });
  const node = tree.node('4121.0.3')!;
  render(<StateTab instance="i" node={node} placeKey="tab" />);
  await answer(node.id, state(node.id, { moves: 3 }));
  expect(screen.queryByText(/Paused/)).toBeNull();
  act(togglePaused);
  onTestFinished(() => act(togglePaused));
  expect(screen.getByText(/^Paused: as it was .* ago in #1$/)).toBeTruthy();
});

const instance = (given: InstanceView['state']) =>
  ({
    key: 'i',
    name: 'fra-1',
    service: 's',
    region: 'fra',
    address: 'a:1',
    state: given,
    error: null,
    capabilities: ['observe'],
    latencyMs: 3,
    heardAt: Date.now() - 60_000,
    armed: { mine: null, others: [] },
    trouble: { blocked: 0, stragglers: 0 },
    info: { startedAt: Date.now() - 3_600_000, node: '20', agent: '1', pid: 1, epoch: 'e', listening: [] },
  }) as unknown as InstanceView;

const listed = (given: InstanceView['state']) =>
  fleet.set({
    environments: [{ name: 'e', isLocal: false, tunnel: null, instances: [instance(given)] }],
    inventory: { file: '', error: null },
    publicKey: null,
    findings: [],
    checked: NOT_CHECKED,
  });

test.each([
  ['live', 'running'],
  ['stale', 'was running'],
  ['reconnecting', 'was running'],
] as const)('the head of the inspector, of an instance that is %s, says %s', (given, words) => {
  listed(given);
  const { tree } = observedAt('i');
  tree.receive({ snapshot: snapshotOf(gameTree(1)) });
  tree.commit();
  select('i', tree, '4121.0.2');
  render(<Inspector instance="i" />);
  expect(
    within(screen.getByRole('heading', { name: 'app/games' }).parentElement!).getByText(words),
  ).toBeTruthy();
});

test.each([
  ['live', ['Latency', 'Up'], ['Started']],
  ['reconnecting', ['Started'], ['Latency', 'Up']],
] as const)('an instance that is %s shows only what is still so', (given, there, notThere) => {
  listed(given);
  render(<InstanceFacts instance="i" />);
  for (const name of there) expect(screen.getByText(name)).toBeTruthy();
  for (const name of notThere) expect(screen.queryByText(name)).toBeNull();
});
