// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Push } from '../../electron/ipc.ts';
import { PreviousLifeBanner, PreviousLifeFacts } from '../../renderer/fleet/previous-life.tsx';
import { startDesk } from '../../renderer/store/desk.ts';
import { useInterface } from '../../renderer/store/interface.ts';
import { shopDied } from '../support/shop-data.ts';

let receive: (push: Push) => void;

beforeEach(async () => {
  useInterface.setState({ dismissed: new Set() });
  window.perch = {
    call: async () => ({ ok: true as const, value: { theme: 'dark' } as never }),
    onPush(listener) {
      receive = listener;
    },
  };
  await startDesk();
});
afterEach(cleanup);

const died = (epoch: string, before: string) =>
  act(() => {
    const event = shopDied();
    if (event.kind !== 'previous-epoch') throw new Error('another event');
    const events = [{ ...event, previous: { ...event.previous, epoch: before } }];
    receive({ kind: 'ledger', instance: 'i', answer: { epoch, events, firstSeq: 1 } });
  });

test('the life before is told of until it is put away, and the next one again', () => {
  render(<PreviousLifeBanner instance="i" />);
  expect(screen.queryByRole('status')).toBeNull();
  died('e1', 'e0');
  expect(screen.getByRole('status').textContent).toContain('died 03:12:07, SIGKILL');
  fireEvent.click(screen.getByRole('button', { name: 'Put away' }));
  expect(screen.queryByRole('status')).toBeNull();
  died('e2', 'e1');
  expect(screen.getByRole('status')).toBeTruthy();
});

test('its last stack is shown when asked for', () => {
  died('e3', 'e2');
  render(<PreviousLifeBanner instance="i" />);
  expect(screen.queryByText(/^parse/)).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Its last stack' }));
  expect(screen.getByText(/^parse/)).toBeTruthy();
});

test('what was put away stays among the facts', () => {
  died('e4', 'e3');
  useInterface.setState({ dismissed: new Set(['e3']) });
  render(<PreviousLifeFacts instance="i" />);
  expect(screen.getByText(/^stood still for 41/)).toBeTruthy();
});
