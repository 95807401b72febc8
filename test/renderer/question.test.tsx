// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IpcAnswer } from '../../electron/ipc.ts';
import { PerchError } from '../../protocol/errors.ts';
import type { Preview } from '../../protocol/preview.ts';
import { Confirm } from '../../renderer/act/confirm.tsx';
import { lastAnswers } from '../../renderer/act/question/reason.tsx';
import { act as lastAct } from '../../renderer/store/acts.ts';
import { toggleArmed } from '../../renderer/store/arming.ts';
import { fleet, observedAt } from '../../renderer/store/desk.ts';
import { show, useInterface } from '../../renderer/store/interface.ts';
import { shopTree } from '../support/shop-data.ts';
import { armedFleet, liveFleet, SHOP } from '../support/shop-fleet.ts';
import { lastStraw, shopPreview } from '../support/shop-preview.ts';
import { snapshotOf } from '../support/tree-data.ts';

interface Call {
  name: string;
  args: Record<string, unknown>;
  answer(answer: IpcAnswer<unknown>): Promise<void>;
}

let calls: Call[];

beforeEach(() => {
  calls = [];
  lastAnswers.reason = '';
  lastAct.set(null);
  window.perch = {
    call: ((name: string, args: Record<string, unknown>) =>
      new Promise((resolve) =>
        calls.push({ name, args, answer: async (given) => act(async () => resolve(given as never)) }),
      )) as never,
    onPush() {},
  };
  const { tree } = observedAt(SHOP);
  tree.receive({ snapshot: snapshotOf(shopTree()) });
  tree.commit();
});
afterEach(() => {
  act(() => show({ asked: null, arming: null }));
  cleanup();
});

const armedInstance = () => armedFleet().environments[0]!.instances[0]!;
const named = (name: string) => calls.filter((call) => call.name === name);
const refused = (error: PerchError): IpcAnswer<unknown> => ({ ok: false, error: error.toDocument() });

async function askedTo(what: 'kill' | 'suspend' | 'start-child', node = '4121.0.31'): Promise<void> {
  render(<Confirm />);
  await act(async () => show({ asked: { act: what, instance: SHOP, node } }));
}

async function give(reason: string): Promise<void> {
  fireEvent.change(screen.getByRole('textbox', { name: 'Reason' }), { target: { value: reason } });
  await act(async () => fireEvent.submit(screen.getByRole('textbox', { name: 'Reason' })));
}

const preview = () => screen.getByRole('region', { name: 'What would happen' }).textContent;

async function previewed(given: Preview): Promise<void> {
  await named('preview')[0]!.answer({ ok: true, value: given });
}

test('what is read-only is armed by the same answer that the act needs, for as long as was chosen', async () => {
  fleet.set(liveFleet());
  await askedTo('kill');
  fireEvent.click(screen.getByRole('radio', { name: '15 min' }));
  await give('it no longer answers');
  expect(named('arm').map(({ args }) => args)).toEqual([
    { instance: SHOP, reason: 'it no longer answers', forMs: 900_000 },
  ]);
  expect(named('act')).toEqual([]);
  await named('arm')[0]!.answer({ ok: true, value: {} });
  expect(named('act')[0]!.args).toMatchObject({
    act: 'kill',
    node: '4121.0.31',
    reason: 'it no longer answers',
  });
  expect(useInterface.getState().asked).toBeNull();
});

test('arming that is refused says why, and nothing is done', async () => {
  fleet.set(liveFleet());
  await askedTo('kill');
  await give('because');
  await named('arm')[0]!.answer(refused(new PerchError('CAPABILITY_MISSING', 'This key may not control')));
  expect(screen.getByText('This key may not control')).toBeTruthy();
  expect(named('act')).toEqual([]);
  expect(screen.getByRole('button', { name: 'Arm and kill' })).toBeTruthy();
});

test('what is armed is not armed again', async () => {
  fleet.set(armedFleet());
  await askedTo('kill');
  expect(screen.queryByRole('radiogroup')).toBeNull();
  await give('because');
  expect([named('arm').length, named('act').length]).toEqual([0, 1]);
});

test('the preview is asked for at once, and says who ends, who starts, and what is left', async () => {
  fleet.set(armedFleet());
  await askedTo('kill');
  expect(preview()).toBe('Asking its supervisor…');
  expect(named('preview')[0]!.args).toMatchObject({ act: 'kill', node: '4121.0.31', epoch: 'e1' });
  await previewed(shopPreview());
  expect(preview()).toContain('Endsapp/cache, app/checkout');
  expect(preview()).toContain('Backlog lost4 pending of app/cache');
  expect(preview()).toContain('2 of 5 left');
});

test.each([
  ['the one too many', lastStraw(), /^Gives upappEndsapp\/cache.*399 more/],
  ['one read off the tree', shopPreview({ isExact: false }), /^Read off the tree/],
  [
    'one that is refused',
    shopPreview({ possible: false, why: 'It is protected.' }),
    /refused\. It is protected\./,
  ],
])('a preview of %s says so', async (_, given, wanted) => {
  fleet.set(armedFleet());
  await askedTo('kill');
  await previewed(given);
  expect(preview()).toMatch(wanted);
});

test('an agent that cannot preview leaves what the tree tells', async () => {
  fleet.set(armedFleet());
  await askedTo('kill');
  await named('preview')[0]!.answer(refused(new PerchError('UNKNOWN_CALL', 'No such call: preview')));
  expect(preview()).toMatch(/could not be asked.*app will restart it, restart 3 of 5/);
});

test('a suspension takes its lease along, and nobody decides about it', async () => {
  fleet.set(armedFleet());
  await askedTo('suspend', '4121.0');
  await previewed(shopPreview());
  expect(screen.queryByRole('region', { name: 'What would happen' })).toBeNull();
  expect(screen.queryByText(/would be refused/)).toBeNull();
  fireEvent.click(screen.getByRole('radio', { name: /^5.s$/ }));
  await give('to look');
  expect(named('act')[0]!.args).toMatchObject({ act: 'suspend', leaseMs: 5000 });
});

test('one that would be refused says so before it is asked for', async () => {
  fleet.set(armedFleet());
  await askedTo('suspend', '4121.0');
  await previewed(shopPreview({ possible: false, why: 'main is suspended already.' }));
  expect(screen.getByRole('status').textContent).toBe('It would be refused. main is suspended already.');
});

test('a child is started with an id, and with arguments only where there are some', async () => {
  fleet.set(armedFleet());
  await askedTo('start-child', '4121.0.8');
  const type = (name: RegExp, value: string) =>
    fireEvent.change(screen.getByRole('textbox', { name }), { target: { value } });
  await give('by hand');
  expect(named('act')).toEqual([]);
  type(/^Id/, ' job-7 ');
  type(/^Arguments/, '{"queue":');
  await give('by hand');
  expect(named('act')).toEqual([]);
  type(/^Arguments/, '');
  await give('by hand');
  const { childArgs, ...args } = named('act')[0]!.args;
  expect(args).toMatchObject({ act: 'start-child', node: '4121.0.8', child: 'job-7' });
  expect(childArgs).toBeUndefined();
});

test('the one key asks to arm, and disarms', async () => {
  fleet.set(liveFleet());
  toggleArmed(SHOP);
  expect(useInterface.getState().arming).toBe(SHOP);
  fleet.set(armedFleet());
  toggleArmed(SHOP);
  expect(named('disarm').map(({ args }) => args)).toEqual([{ instance: SHOP }]);
  fleet.set(liveFleet({ ...armedInstance(), state: 'reconnecting' }));
  toggleArmed(SHOP);
  expect(named('disarm')).toHaveLength(2);
  fleet.set(liveFleet({ capabilities: ['observe'] }));
  show({ arming: null });
  toggleArmed(SHOP);
  expect(useInterface.getState().arming).toBeNull();
});
