// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import type { InstanceView, Push } from '../../electron/ipc.ts';
import { now } from '../../renderer/store/clock.ts';
import { observedAt, openInstance, startDesk } from '../../renderer/store/desk.ts';
import { placeOf, useInterface } from '../../renderer/store/interface.ts';
import { select, setOpen } from '../../renderer/tree/use-outline.ts';
import { NOT_CHECKED } from '../support/checked.ts';
import { shopDied } from '../support/shop-data.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

let receive: (push: Push) => void;
const call = vi.fn(async () => ({ ok: true as const, value: { theme: 'dark' } as never }));

beforeEach(async () => {
  useInterface.setState({ instance: null, places: {} });
  window.perch = {
    call,
    onPush(listener) {
      receive = listener;
    },
  };
  await startDesk();
});

const instance = (key: string, epoch: string, state: InstanceView['state'] = 'live') =>
  ({ key, state, info: { epoch } }) as InstanceView;
const listed = (...instances: InstanceView[]) =>
  receive({
    kind: 'fleet',
    fleet: {
      environments: [{ name: 'e', isLocal: false, tunnel: null, instances }],
      inventory: { file: '', error: null },
      publicKey: null,
      findings: [],
      checked: NOT_CHECKED,
    },
  });

test('the first that can be looked at is opened, and stays open whatever comes before it', () => {
  listed(instance('a', '1', 'connecting'), instance('b', '2'));
  expect(useInterface.getState().instance).toBe('b');
  listed(instance('a', '1'), instance('b', '2', 'reconnecting'));
  expect(useInterface.getState().instance).toBe('b');
});

test('an instance that is listed elsewhere from now on takes the person along', () => {
  listed(instance('local:fra', '1'), instance('local:lax', '2'), instance('lab/lax', '2', 'connecting'));
  openInstance('local:lax');
  const { tree } = observedAt('local:lax');
  tree.receive({ snapshot: snapshotOf(gameTree(3), '2') });
  tree.commit();
  select('local:lax', tree, '4121.0.2');
  setOpen('local:lax', tree, '4121.0.2', false);
  listed(instance('local:fra', '1'), instance('lab/lax', '2'));
  expect(useInterface.getState().instance).toBe('lab/lax');
  expect(call).toHaveBeenLastCalledWith('watch', { instance: 'lab/lax' });
  const { selected, open } = placeOf('lab/lax');
  expect(selected?.id).toBe('4121.0.2');
  expect([...open.values()]).toEqual([false]);
  // The same tree comes in: what was selected is found in it.
  const again = observedAt('lab/lax').tree;
  again.receive({ snapshot: snapshotOf(gameTree(3), '2') });
  again.commit();
  expect(placeOf('lab/lax').selected?.id).toBe('4121.0.2');
  expect(again.keyOf('4121.0.2')).toBe(selected?.key);
});

test('where the ledger was cut the black box is asked for the life before, once', async () => {
  const event = shopDied();
  const previous = event.kind === 'previous-epoch' ? event.previous : null;
  call.mockResolvedValueOnce({ ok: true, value: { previous } as never });
  const { fold, timeline } = observedAt('cut');
  const heard = (seq: number) => {
    const { node, at, t } = event;
    const events = [{ kind: 'ready' as const, node, seq, at, t }];
    receive({ kind: 'ledger', instance: 'cut', answer: { epoch: 'e', events, firstSeq: 9 } });
  };
  heard(9);
  const before = timeline.get();
  await vi.waitUntil(() => fold.previous !== null);
  // Who looks at it hears of it.
  expect(timeline.get()).not.toBe(before);
  heard(10);
  expect(fold.previous).toEqual(previous);
  expect(call.mock.calls.filter(([name]: string[]) => name === 'black-box')).toHaveLength(1);
});

test('events that come singly are shown at once, a flood of them once a second, and the last of it too', () => {
  const { timeline } = observedAt('flood');
  let seq = 0;
  const heard = (count: number) => {
    const events = Array.from({ length: count }, () => {
      const node = { id: `n${++seq}`, lineage: `app/${seq}`, incarnation: 1 };
      return { kind: 'started' as const, node, previous: null, seq, at: seq, t: seq };
    });
    receive({ kind: 'ledger', instance: 'flood', answer: { epoch: 'e', events, firstSeq: 1 } });
    return timeline.get().length;
  };
  const tick = () => now.set(now.get() + 1000);
  expect([heard(1), heard(1), heard(49), heard(1)]).toEqual([1, 2, 2, 2]);
  tick();
  expect(timeline.get()).toHaveLength(52);
  expect([heard(1), heard(50)]).toEqual([53, 53]);
  tick();
  expect(timeline.get()).toHaveLength(103);
});
