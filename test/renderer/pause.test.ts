// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Push } from '../../electron/ipc.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { observedAt, startDesk, togglePaused } from '../../renderer/store/desk.ts';
import { Hold, type Waiting } from '../../renderer/store/hold.ts';
import { useInterface } from '../../renderer/store/interface.ts';
import { paused } from '../../renderer/store/pause.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

let receive: (push: Push) => void;
const call = vi.fn(async () => ({ ok: true as const, value: { theme: 'dark' } as never }));

/** An agent's tree, and what it sends of it. */
class Agent {
  readonly nodes = new Map<string, TreeNode>();
  readonly #instance: string;
  #revision = 0;

  constructor(instance: string) {
    this.#instance = instance;
  }

  whole(): void {
    const snapshot = { ...snapshotOf([...this.nodes.values()]), revision: ++this.#revision };
    receive({ kind: 'tree', instance: this.#instance, event: { snapshot } });
  }

  set(...nodes: TreeNode[]): void {
    for (const node of nodes) this.nodes.set(node.id, node);
    this.#send(nodes.map((node) => ['+', node]));
  }

  remove(id: string): void {
    this.nodes.delete(id);
    this.#send([['-', id]]);
  }

  #send(changes: (['+', TreeNode] | ['-', string])[]): void {
    const delta = { from: this.#revision, revision: ++this.#revision, at: Date.now(), changes };
    receive({ kind: 'tree', instance: this.#instance, event: { delta } });
  }
}

const root = aNode({ id: '1', name: 'root', lineage: 'root' });
const child = (at: number, status: TreeNode['status'] = 'running') =>
  aNode({ id: `1.${at}`, parent: '1', name: `w${at}`, lineage: `root/w${at}`, status });

function shown(instance: string): TreeNode[] {
  const { tree } = observedAt(instance);
  tree.commit();
  return [...tree.nodes()].toSorted((a, b) => a.id.localeCompare(b.id));
}
const held = (agent: Agent) => [...agent.nodes.values()].toSorted((a, b) => a.id.localeCompare(b.id));

beforeEach(async () => {
  if (paused.get()) togglePaused();
  call.mockClear();
  window.perch = {
    call,
    onPush(listener) {
      receive = listener;
    },
  };
  await startDesk();
});

/** An instance that is open and whose tree is there. */
function opened(name: string): Agent {
  const agent = new Agent(name);
  agent.nodes.set('1', root);
  agent.whole();
  expect(shown(name)).toEqual([root]);
  useInterface.setState({ instance: name });
  return agent;
}

describe('while the world is paused', () => {
  test('the tree stands still, and is the agent’s again with one key', () => {
    const agent = opened('still');
    togglePaused();
    for (let at = 1; at <= 300; at++) {
      agent.set(child(at));
      if (at % 3 === 0) agent.set(child(at, 'blocked'));
      if (at % 7 === 0) agent.remove(`1.${at}`);
    }
    expect(shown('still')).toEqual([root]);
    expect(paused.get()?.waiting).toBe(300 + 100 + 42);
    togglePaused();
    expect(paused.get()).toBeNull();
    expect(shown('still')).toEqual(held(agent));
    expect(call).not.toHaveBeenCalledWith('watch', expect.anything());
  });

  test('a tree that comes anew takes the place of what waited', () => {
    const agent = opened('anew');
    togglePaused();
    agent.set(child(1), child(2));
    agent.remove('1.1');
    agent.whole();
    agent.set(child(3));
    togglePaused();
    expect(shown('anew')).toEqual(held(agent));
  });

  test('the timeline waits, the fleet does not', () => {
    opened('events');
    togglePaused();
    const node = { id: '1', lineage: 'root', incarnation: 1 };
    const started = { kind: 'started' as const, node, previous: null, seq: 1, at: 1, t: 1 };
    const answer = { epoch: 'e1', events: [started], firstSeq: 1 } as never;
    receive({ kind: 'ledger', instance: 'events', answer });
    expect(observedAt('events').timeline.get()).toEqual([]);
    expect(paused.get()?.waiting).toBe(1);
    togglePaused();
    expect(observedAt('events').timeline.get()).toHaveLength(1);
  });

  test('an instance that was not looked at before is shown as it is then', () => {
    togglePaused();
    opened('another');
  });

  test('more than is kept is asked for whole when it lives again', () => {
    const agent = opened('much');
    togglePaused();
    for (let round = 0; round < 21; round++) {
      agent.set(...Array.from({ length: 1000 }, (_, at) => child(at)));
    }
    expect(paused.get()?.waiting).toBe(21_000);
    togglePaused();
    expect(shown('much')).toEqual([root]);
    expect(call).toHaveBeenLastCalledWith('watch', { instance: 'much' });
    agent.whole();
    expect(shown('much')).toEqual(held(agent));
  });
});

test('what is held is bounded: of one instance that changes all the time nothing, of a calm one all', () => {
  const push = (instance: string, count: number): Waiting => ({
    kind: 'tree',
    instance,
    event: { delta: { from: 1, revision: 2, at: 0, changes: Array(count).fill(['-', 'x']) } },
  });
  const hold = new Hold(100);
  hold.add(push('calm', 3));
  for (let round = 0; round < 50; round++) hold.add(push('busy', 10));
  hold.add(push('calm', 3));
  const { pushes, past } = hold.release();
  expect(pushes.map(({ instance }) => instance)).toEqual(['calm', 'calm']);
  expect([...past]).toEqual(['busy']);
  expect(hold.waiting).toBe(506);
});
