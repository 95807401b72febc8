// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { InstanceView } from '../../electron/ipc.ts';
import { InstancePage } from '../../renderer/fleet/instance-page.tsx';
import { fleet } from '../../renderer/store/desk.ts';

afterEach(cleanup);

test('the command for a tunnel that is off names the inventory: under sudo it would be another', () => {
  fleet.set({
    environments: [],
    inventory: { file: "/home/ann o'neil/fleet.yaml", error: null },
    publicKey: null,
  });
  const instance = { state: 'tunnel-off', environment: 'production', name: 'fra-1', error: null };
  render(<InstancePage instance={instance as unknown as InstanceView} />);
  expect(
    screen.getByText("sudo npx perch tunnel up production --inventory '/home/ann o'\\''neil/fleet.yaml'"),
  ).toBeTruthy();
});
