// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FirstRun } from '../../renderer/fleet/first-run.tsx';
import { liveFleet } from '../support/shop-fleet.ts';

beforeEach(() => {
  window.perch = { call: async () => ({ ok: true, value: null }) as never, onPush() {} };
});
afterEach(cleanup);

const commands = (key: { publicKey: string | null; lockedKey?: string }) => {
  render(<FirstRun view={{ ...liveFleet(), environments: [], ...key }} />);
  return document.body.textContent;
};

test('without a key the next step is to make one', () => {
  expect(commands({ publicKey: null })).toContain('npx perch keys new');
});

test('with one its public half is there to be copied', () => {
  expect(commands({ publicKey: 'ssh-ed25519 AAAA ann' })).toContain('ssh-ed25519 AAAA ann');
  expect(screen.queryByText(/keys new/)).toBeNull();
});

test('of a locked one whose public half is nowhere the next step is to have that written, and no other key', () => {
  const said = commands({ publicKey: null, lockedKey: '/home/ann lee/id_rsa' });
  expect(said).toContain("ssh-keygen -y -f '/home/ann lee/id_rsa' | tee '/home/ann lee/id_rsa.pub'");
  expect(said).not.toContain('keys new');
});
