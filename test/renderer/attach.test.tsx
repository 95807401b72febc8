// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ERRORS, PerchError } from '../../protocol/errors.ts';
import { Confirm } from '../../renderer/act/confirm.tsx';
import { attachOffer, detachOffer } from '../../renderer/attach/offered.ts';
import { Unobserved } from '../../renderer/attach/unobserved.tsx';
import { onAttachStep } from '../../renderer/store/attaching.ts';
import { fleet } from '../../renderer/store/desk.ts';
import { show, useInterface } from '../../renderer/store/interface.ts';
import { ATTACH_PLAN, attachFleet, liveFleet, SHOP } from '../support/shop-fleet.ts';

let answers: Record<string, unknown>;
const call = vi.fn(async (name: string, _args: unknown) => {
  const answer = await answers[name];
  return answer instanceof PerchError
    ? { ok: false, error: answer.toDocument() }
    : { ok: true, value: answer };
});

beforeEach(() => {
  call.mockClear();
  answers = { 'plan-attach': ATTACH_PLAN, watch: null };
  Object.assign(window, { perch: { call, onPush: () => {} } });
  fleet.set(attachFleet());
  show({ instance: SHOP, attaching: null, detaching: null, isUnobservedOpen: false });
});
afterEach(cleanup);

const asked = (name: string) => call.mock.calls.filter(([each]) => each === name).map(([, args]) => args);

async function ask(): Promise<void> {
  render(
    <>
      <Unobserved />
      <Confirm />
    </>,
  );
  fireEvent.click(screen.getByRole('button', { name: /^Node without an agent/ }));
  fireEvent.click(screen.getByRole('button', { name: /^Attach to worker 5233 / }));
  await screen.findByRole('dialog');
}

test('what will be done is read before anything is; its steps are told as they come, and then the instance opens', async () => {
  let finish = (_: unknown): void => {};
  answers.attach = new Promise((resolve) => {
    finish = resolve;
  });
  await ask();
  await screen.findByText(/^Send SIGUSR1 to process 5233/);
  expect(asked('plan-attach')).toEqual([{ pid: 5233 }]);
  expect(asked('attach')).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: 'Attach' }));
  expect(asked('attach')).toEqual([{ pid: 5233, startTicks: 36_631 }]);
  onAttachStep(812, 'of another one');
  onAttachStep(5233, 'the inspector is closed again');
  await screen.findByText('The inspector is closed again…');
  finish({ instance: 'local:import' });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(useInterface.getState()).toMatchObject({ instance: 'local:import', page: 'tree' });
});

test('what cannot be done says why, what to do, and its code; there is nothing to press then', async () => {
  answers['plan-attach'] = new PerchError(
    'SIGNAL_HANDLED',
    'Process 5233 has a handler of its own for SIGUSR1',
  );
  await ask();
  await screen.findByText(/has a handler of its own/);
  expect(screen.getByText(ERRORS.SIGNAL_HANDLED.mend, { exact: false })).toBeTruthy();
  expect(screen.getByText('SIGNAL_HANDLED')).toBeTruthy();
  expect((screen.getByRole('button', { name: 'Attach' }) as HTMLButtonElement).disabled).toBe(true);
});

test('an attach that fails half way says how far it came', async () => {
  answers.attach = new PerchError('ATTACH_FAILED', 'Process 5233 was sent SIGUSR1 and opened no inspector');
  await ask();
  await screen.findByText(/^Send SIGUSR1/);
  fireEvent.click(screen.getByRole('button', { name: 'Attach' }));
  await screen.findByText(/opened no inspector/);
});

test('detach wants a reason, and is offered only where one was attached', async () => {
  expect(detachOffer(SHOP)).toBe(true);
  answers.detach = null;
  show({ detaching: SHOP });
  render(<Confirm />);
  const reason = await screen.findByRole('textbox', { name: 'Reason' });
  fireEvent.change(reason, { target: { value: 'seen enough' } });
  fireEvent.click(screen.getByRole('button', { name: 'Detach' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked('detach')).toEqual([{ instance: SHOP, reason: 'seen enough' }]);
  expect(attachOffer()).toBe(true);
  fleet.set(liveFleet());
  expect(detachOffer(SHOP)).toMatch(/started with the service/);
  expect(attachOffer()).toMatch(/has an agent/);
});
