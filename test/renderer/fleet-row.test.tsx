// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { Fleet } from '../../renderer/fleet/fleet.tsx';
import { fleet } from '../../renderer/store/desk.ts';
import { liveFleet } from '../support/shop-fleet.ts';

afterEach(() => {
  cleanup();
  fleet.set(null);
});

it('an instance behind a command says by which way it is reached; its neighbour says what it runs on', () => {
  fleet.set(liveFleet({ via: 'kubectl exec', address: 'via kubectl exec' }));
  render(<Fleet />);
  const rows = screen.getAllByRole('treeitem').map(({ textContent }) => textContent);
  expect(rows).toContainEqual(expect.stringMatching(/^shop-fra.*healthy · via kubectl exec$/));
  expect(rows).toContainEqual(expect.stringMatching(/^shop-lax.*healthy · Node 22\.11\.0 · up .+$/));
});
