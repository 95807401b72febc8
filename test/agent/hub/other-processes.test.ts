import { afterEach, expect, test, vi } from 'vitest';
import { blankNode } from '../../../agent/hub/blank-node.ts';
import type { Hub } from '../../../agent/hub/hub.ts';
import { Ledger } from '../../../agent/hub/ledger.ts';
import { OtherProcesses } from '../../../agent/hub/other-processes.ts';
import { type ProcessSample, scanDescendants } from '../../../agent/hub/proc.ts';
import { TreeStore } from '../../../agent/hub/tree-store.ts';

vi.mock('../../../agent/hub/proc.ts', async (original) => ({
  ...(await original<object>()),
  readProcess: (pid: number) => machine.find((sample) => sample.pid === pid) ?? null,
  scanDescendants: vi.fn(() => ({ available: true, processes: machine })),
}));
afterEach(() => vi.useRealTimers());

/** What /proc shows. */
let machine: ProcessSample[] = [];
const running = (pid: number, ppid: number, startTicks = 100): ProcessSample => ({
  pid,
  ppid,
  startTicks,
  startedAt: 0,
  command: 'node child.js',
  isZombie: false,
  rssBytes: 1,
  cpuTicks: 0,
});

function family(isRoot = true) {
  machine = [];
  const tree = new TreeStore('e');
  const ledger = new Ledger('e');
  tree.put({ ...blankNode(1), id: '1' });
  const own = { pid: 1, id: '1' };
  const lastWordsOf = () => null;
  const hub = { tree, ledger, isRoot, own, joined: new Map<string, object>(), lastWordsOf };
  const others = new OtherProcesses(hub as unknown as Hub);
  const join = (pid: number, label: string | null = null) => {
    const given = others.labelFor({ t: 'join', token: '', protocol: 1, pid, ppid: 1, label });
    const joined = { label: given, pid, ppid: machine.find((each) => each.pid === pid)?.ppid ?? 1 };
    hub.joined.set(given, joined);
    others.joined(joined as unknown as Parameters<OtherProcesses['joined']>[0]);
    return given;
  };
  const exits = () => ledger.read().events.flatMap((event) => (event.kind === 'exited' ? event.reason : []));
  return { hub, tree, others, join, exits };
}

test('one that joined before its parent was known is put below it once that is found', () => {
  const { tree, others, join } = family();
  machine = [running(20, 1), running(30, 20)];
  join(30);
  expect(tree.nodes.get('30')?.parent).toBe('1');
  others.scan();
  expect(tree.nodes.get('30')).toMatchObject({ parent: '20', observed: true });
});

test('a reused pid is another process: each node keeps its own identity', () => {
  const { tree, others, join } = family();
  machine = [running(20, 1, 100)];
  others.scan();
  machine = [running(20, 1, 200)];
  expect(join(20)).toBe('20~2');
  expect(others.identityOf(tree.nodes.get('20')!).startTicks).toBe(100);
  expect(others.identityOf(tree.nodes.get('20~2')!).startTicks).toBe(200);
});

test('one that joins again keeps the label of its ids; a label of another pid is not taken', () => {
  const { join } = family();
  machine = [running(20, 1, 200), running(30, 1)];
  expect(join(20, '20~2')).toBe('20~2');
  expect(join(30, '40')).toBe('30');
});

test("why a child ended is its parent's word where that comes in time, and is told once", async () => {
  vi.useFakeTimers();
  const { tree, others, join, hub, exits } = family();
  machine = [running(20, 1), running(30, 1)];
  join(20);
  join(30);
  machine = [];
  others.left('20');
  others.left('30');
  expect(tree.nodes.get('20')?.status).toBe('exited');
  others.ended(20, 3, null);
  await vi.runAllTimersAsync();
  expect(tree.nodes.get('20')?.exitReason).toBe('exit code 3');
  expect(exits()).toEqual(['exit code 3', 'ended']);
  expect(hub.joined.size).toBe(0);
});

test('what was told of a child that nobody looked at is not told of the next one with its pid', async () => {
  vi.useFakeTimers();
  const { others, join, exits } = family();
  others.ended(20, null, 'SIGSEGV');
  machine = [running(20, 1)];
  join(20);
  machine = [];
  others.left('20');
  await vi.runAllTimersAsync();
  expect(exits()).toEqual(['ended']);
});

test('all that a joined hub holds replaces what it held; it speaks for itself only', () => {
  const { tree, others, join } = family();
  machine = [running(20, 1)];
  join(20);
  const node = (id: string) => ({ ...blankNode(20), id, parent: '20' });
  others.mergeWhole('20', [node('20.0'), node('20.0.5')]);
  others.mergeWhole('20', [node('20.0'), { ...node('1'), name: 'stolen' }]);
  others.merge('20', [], ['1']);
  expect(tree.nodes.has('20.0.5')).toBe(false);
  expect(tree.nodes.get('1')?.name).toBe('');
});

test('only the root looks at /proc when a child is started', () => {
  vi.mocked(scanDescendants).mockClear();
  for (const isRoot of [false, true]) {
    const { tree, others } = family(isRoot);
    tree.watch(() => {});
    others.started();
    expect(scanDescendants).toHaveBeenCalledTimes(isRoot ? 1 : 0);
  }
});

test('where a worker ran is forgotten with the worker: another process with that pid is not its', () => {
  const { tree, others } = family();
  tree.put({ ...blankNode(1), id: '1.0.5', kind: 'worker', host: 'process', parent: '1', name: 'keeper' });
  others.hostedBy('1.0.5', 20, true);
  others.hostedBy('1.0.5', 20, false);
  machine = [running(20, 1)];
  others.scan();
  expect(tree.nodes.get('20')).toMatchObject({ parent: '1', name: 'child' });
});

test('what was below one that has ended is followed as it was last seen there, a joined one’s too', () => {
  const { others, join } = family();
  const follow = vi.spyOn(others.orphans, 'follow').mockReturnValue();
  machine = [running(20, 1), running(30, 20), running(40, 30), running(50, 1)];
  join(20);
  others.scan();
  // It is gone, and what it left hangs elsewhere, before its connection is seen to end.
  machine = [running(30, 1), running(40, 30), running(50, 1)];
  others.scan();
  others.left('20');
  const left = [30, 40].map((pid) => ({ pid, startTicks: 100, command: 'node child.js' }));
  expect(follow.mock.calls).toEqual([[expect.objectContaining({ id: '20' }), left]]);
});
