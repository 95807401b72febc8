// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FleetView } from '../../electron/ipc.ts';
import { fleet } from '../../renderer/store/desk.ts';
import { useInterface } from '../../renderer/store/interface.ts';
import { PassphraseDialog } from '../../renderer/ui/passphrase.tsx';

const called: [string, unknown][] = [];
const ask = (passphrase?: FleetView['passphrase']) =>
  act(() => fleet.set({ environments: [], ...(passphrase && { passphrase }) } as unknown as FleetView));

beforeEach(() => {
  called.length = 0;
  window.perch = {
    async call(name, args) {
      called.push([name, args]);
      return { ok: true, value: null as never };
    },
    onPush() {},
  };
});
afterEach(cleanup);

test('what is typed goes to the main process once, and stays nowhere in the window', () => {
  render(<PassphraseDialog />);
  expect(screen.queryByRole('dialog')).toBeNull();
  ask({ id: 3, words: 'Passphrase of the key' });
  const field = screen.getByLabelText<HTMLInputElement>('Passphrase of the key');
  expect(field.type).toBe('password');
  fireEvent.change(field, { target: { value: 'correct horse' } });
  fireEvent.submit(field.closest('form')!);
  fireEvent.submit(field.closest('form')!);
  expect(called).toEqual([['answer-passphrase', { question: 3, passphrase: 'correct horse' }]]);
  expect(field.value).toBe('');
  expect(JSON.stringify(useInterface.getState())).not.toContain('horse');

  // It was wrong: another question, an empty field.
  ask({ id: 4, words: 'That was not it. Passphrase' });
  expect(screen.getByLabelText<HTMLInputElement>('That was not it. Passphrase').value).toBe('');
  fireEvent.click(screen.getByRole('button', { name: 'Not now' }));
  expect(called.at(-1)).toEqual(['answer-passphrase', { question: 4, passphrase: null }]);
  ask();
  expect(screen.queryByRole('dialog')).toBeNull();
});
