// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { InstanceView } from '../../electron/ipc.ts';
import { Banner } from '../../renderer/fleet/banner.tsx';
import { InstancePage } from '../../renderer/fleet/instance-page.tsx';
import { fleet } from '../../renderer/store/desk.ts';
import { NOT_CHECKED } from '../support/checked.ts';

afterEach(cleanup);

test('the command for a tunnel that is off names the inventory: under sudo it would be another', () => {
  fleet.set({
    environments: [],
    inventory: { file: "/home/ann o'neil/fleet.yaml", error: null },
    publicKey: null,
    findings: [],
    checked: NOT_CHECKED,
  });
  const instance = { state: 'tunnel-off', environment: 'production', name: 'fra-1', error: null };
  render(<InstancePage instance={instance as unknown as InstanceView} />);
  expect(
    screen.getByText("sudo npx perch tunnel up production --inventory '/home/ann o'\\''neil/fleet.yaml'"),
  ).toBeTruthy();
});

test('a key that is unknown where a tree was open can be trusted there, and a failure is said', async () => {
  const failure = { code: 'INTERNAL', message: 'read-only file system', facts: {} } as const;
  const call = vi.fn(async () => ({ ok: false as const, error: failure }));
  window.perch = { call, onPush() {} };
  const fingerprint = `SHA256:${'a'.repeat(43)}`;
  const instance = {
    key: 'lab/fra-1',
    state: 'host-key-unknown',
    error: { code: 'HOST_KEY_UNKNOWN', message: '', facts: { fingerprint }, mend: '' },
    heardAt: 0,
    retryAt: null,
  };
  render(<Banner instance={instance as unknown as InstanceView} />);
  expect(screen.getByText(fingerprint)).toBeTruthy();
  await act(async () => fireEvent.click(screen.getByRole('button', { name: /trust it/ })));
  expect(call).toHaveBeenCalledWith('trust-host-key', { instance: 'lab/fra-1', fingerprint });
  expect(screen.getByText('read-only file system')).toBeTruthy();
});
