// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Push } from '../../electron/ipc.ts';
import { ActCard } from '../../renderer/act/act-card.tsx';
import { actsOn } from '../../renderer/act/rules.ts';
import { act as lastAct } from '../../renderer/store/acts.ts';
import { observedAt, startDesk } from '../../renderer/store/desk.ts';
import { show, useInterface } from '../../renderer/store/interface.ts';
import { LiveStatus } from '../../renderer/tree/live-status.tsx';
import { shopTree } from '../support/shop-data.ts';
import { shopAct } from '../support/shop-preview.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

const tree = shopTree();
const named = (name: string) => tree.find((node) => node.name === name)!;
const thread = aNode({ id: '1.0', kind: 'thread', host: null });

describe('offered is what means something', () => {
  const COMMON = ['kill', 'stop', 'restart'];
  test.each([
    ['a task', named('cache'), [...COMMON]],
    ['a thread', thread, [...COMMON, 'suspend']],
    ['a thread that is held', { ...thread, status: 'suspended' as const }, [...COMMON, 'resume']],
    ['a thread that is stuck', { ...thread, status: 'blocked' as const }, ['break', ...COMMON, 'suspend']],
    ['a process', named('shop'), [...COMMON, 'suspend', 'signal']],
    ['a dynamic supervisor', named('jobs'), [...COMMON, 'start-child']],
  ])('of %s', (_, node, wanted) => {
    expect(actsOn(node, null)).toEqual(wanted);
  });

  test('of a static child that was stopped it is to start it again, or to take it out', () => {
    const mailer = named('mailer');
    expect(actsOn(mailer, named('app'))).toEqual(['restart', 'delete']);
    expect(actsOn(mailer, named('app'), false)).toEqual([]);
    expect(actsOn(mailer, named('jobs'))).toEqual([]);
    const deleted = { ...mailer, child: { ...mailer.child!, hasLostPlace: true as const } };
    expect(actsOn(deleted, named('app'))).toEqual([]);
  });

  test('of one that waits for its restart it is to have it at once, or not at all', () => {
    expect(actsOn({ ...named('cache'), status: 'restarting', endedAt: 1 }, named('app'))).toEqual([
      'restart',
      'stop',
    ]);
  });
});

describe('a status that ends by itself', () => {
  let receive: (push: Push) => void;

  beforeEach(async () => {
    window.perch = {
      call: async () => ({ ok: true as const, value: { theme: 'dark' } as never }),
      onPush(listener) {
        receive = listener;
      },
    };
    await startDesk();
    const { tree: store } = observedAt('i');
    store.receive({ snapshot: snapshotOf([]) });
    store.commit();
  });
  afterEach(cleanup);

  const words = (container: HTMLElement) => container.textContent?.replaceAll('\u202f', ' ');

  test('tells how long a thread is held yet, as its lease says', () => {
    const node = { id: '1.0', lineage: 'main', incarnation: 1 };
    const events = [
      { kind: 'suspended' as const, node, call: 'c', leaseMs: 24_000, seq: 1, at: Date.now(), t: 0 },
    ];
    receive({ kind: 'ledger', instance: 'i', answer: { epoch: 'e1', events, firstSeq: 1 } });
    const held = { ...thread, status: 'suspended' as const };
    const { container } = render(<LiveStatus instance="i" node={held} />);
    expect(words(container)).toMatch(/^suspended 2[45] s$/);
  });

  test('tells when the back-off is over', () => {
    const node = {
      ...named('cache'),
      status: 'restarting' as const,
      metrics: { restartsAt: Date.now() + 8000 },
    };
    const { container } = render(<LiveStatus instance="i" node={node} />);
    expect(words(container)).toMatch(/^back in [89] s$/);
  });

  test('is just named where nobody said for how long', () => {
    const node = { ...thread, id: '9.0', status: 'suspended' as const };
    expect(words(render(<LiveStatus instance="i" node={node} />).container)).toBe('suspended');
  });
});

test('what was refused as too harmful can be asked for all the same, with what was said against it', () => {
  const message = 'Breaking it would most likely end the whole process';
  lastAct.set({
    call: 'c',
    act: 'break',
    instance: 'i',
    node: { id: '1.0', name: 'main', lineage: 'main', incarnation: 1, kind: 'thread' },
    reason: 'stuck',
    details: {},
    progress: [],
    error: null,
    ended: shopAct({
      outcome: 'refused',
      error: { code: 'NOT_POSSIBLE', message, facts: { canForce: true } },
    }),
  });
  render(<ActCard />);
  act(() => {
    fireEvent.click(screen.getByRole('button', { name: 'Do it all the same…' }));
  });
  expect(useInterface.getState().asked).toMatchObject({ act: 'break', node: '1.0', inSpiteOf: message });
  act(() => show({ asked: null }));
  cleanup();
});
