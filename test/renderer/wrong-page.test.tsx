// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FindingView, FleetView, InstanceView } from '../../electron/ipc.ts';
import { Pages } from '../../renderer/fleet/pages.tsx';
import { fleet } from '../../renderer/store/desk.ts';
import { useInterface } from '../../renderer/store/interface.ts';
import { keptRow } from '../../renderer/wrong/tally.ts';
import { WrongPage } from '../../renderer/wrong/wrong-page.tsx';
import { liveFleet } from '../support/shop-fleet.ts';

beforeEach(() => {
  window.perch = { call: async () => ({ ok: true, value: null as never }), onPush() {} };
  useInterface.setState({ instance: null, page: 'wrong', places: {}, tab: 'overview' });
});
afterEach(cleanup);

function finding(rule: string, fields: Partial<FindingView> = {}): FindingView {
  return {
    id: `${rule} production/shop-fra ${fields.node ?? ''}`,
    rule,
    severity: 'failed',
    instance: 'production/shop-fra',
    environment: 'production',
    lineage: null,
    node: null,
    since: Date.now() - 12_000,
    sentence: `Something about ${rule}`,
    leadsTo: { tab: 'overview' },
    ...fields,
  };
}

const BLOCKED = finding('blocked-loop', { lineage: 'main', node: '4121.0', leadsTo: { tab: 'stack' } });
const STORM = finding('restart-storm', { lineage: 'app/games', node: '4121.0.2', severity: 'warning' });
const GONE = finding('gone', { instance: 'production/shop-lax' });

function show(findings: FindingView[], instances: Partial<InstanceView>[] = [{}, {}]): void {
  const view = liveFleet();
  const environment = view.environments[0]!;
  environment.instances = environment.instances.map((each, index) => ({ ...each, ...instances[index] }));
  const reached = environment.instances.filter(({ state }) => state === 'live').length;
  act(() =>
    fleet.set({ ...view, findings, checked: { ...view.checked, instances: reached, of: 2 } } as FleetView),
  );
}

const options = () => screen.getAllByRole('option').map((row) => row.textContent);
const chosen = () =>
  screen.getAllByRole('option').findIndex((row) => row.getAttribute('aria-selected') === 'true');
const press = (key: string) => fireEvent.keyDown(screen.getByRole('listbox'), { key });

test('each finding says what, where, since when and in one sentence; Enter leads to its place', () => {
  show([BLOCKED, STORM]);
  render(<WrongPage />);
  expect(options()[0]).toMatch(
    /^failed: Loop blocked.*shop-fra main production · frafor 1\d\ss.*blocked-loop\./,
  );
  expect(screen.getByRole('status').textContent).toMatch(/^1 failed, 1\swarning · 2\sinstances checked$/);
  press('Enter');
  expect(useInterface.getState()).toMatchObject({
    page: 'tree',
    instance: 'production/shop-fra',
    tab: 'stack',
  });
});

test('a digit leads to the place of its row', () => {
  show([BLOCKED, GONE]);
  render(<WrongPage />);
  press('3');
  expect(useInterface.getState().page).toBe('wrong');
  press('2');
  expect(useInterface.getState()).toMatchObject({ page: 'tree', instance: 'production/shop-lax' });
});

test('the chosen row stays chosen while others come and go; when it is over the next one takes its place', () => {
  show([BLOCKED, STORM, finding('budget')]);
  render(<WrongPage />);
  press('Home');
  press('ArrowDown');
  expect(chosen()).toBe(1);
  show([GONE, BLOCKED, STORM, finding('budget')]);
  expect(chosen()).toBe(2);
  show([BLOCKED, finding('budget')]);
  expect(options()[chosen()]).toContain('budget');
  show([BLOCKED]);
  expect(chosen()).toBe(0);
});

test('a row is kept by what it is, then by where it stood', () => {
  expect(keptRow([BLOCKED, STORM], { id: STORM.id, index: 0 })).toBe(1);
  expect(keptRow([BLOCKED, GONE], { id: STORM.id, index: 1 })).toBe(1);
  expect(keptRow([BLOCKED], { id: STORM.id, index: 4 })).toBe(0);
  expect(keptRow([], { id: STORM.id, index: 4 })).toBe(-1);
  expect(keptRow([BLOCKED], null)).toBe(-1);
});

test('with nothing found it says what it checked', () => {
  show([]);
  render(<WrongPage />);
  expect(screen.getByRole('heading', { name: 'Nothing is wrong' })).toBeTruthy();
  expect(screen.getByText(/2\sinstances are checked all the time for/)).toBeTruthy();
  expect(screen.getByText(/loops that stand still/)).toBeTruthy();
});

test('while some have not answered it does not say that nothing is wrong', () => {
  show([], [{}, { state: 'connecting', error: null, heardAt: null }]);
  render(<WrongPage />);
  expect(screen.queryByText('Nothing is wrong')).toBeNull();
  expect(screen.getByText(/^Asking: 1 of 2\sinstances have answered$/)).toBeTruthy();
});

test('those that could not be looked into are named under the list', () => {
  show([GONE], [{}, { state: 'reconnecting' }]);
  render(<WrongPage />);
  expect(screen.getByText(/Could not be looked into: shop-lax\./)).toBeTruthy();
  expect(screen.getByRole('status').textContent).toMatch(/1 failed · 1 of 2\sinstances checked/);
});

test('what was found in an instance that has fallen silent is said to be old', () => {
  show([BLOCKED], [{ state: 'stale' }, {}]);
  render(<WrongPage />);
  expect(options()[0]).toContain('as it was when it was last heard');
});

test('beside the fleet stands how much is wrong, and the way back to it', () => {
  show([BLOCKED, STORM]);
  useInterface.setState({ page: 'tree' });
  render(<Pages />);
  const door = screen.getByRole('button', { name: /^What is wrong\s*2\s*, 1 failed$/ });
  expect(door.getAttribute('aria-current')).toBeNull();
  fireEvent.click(door);
  expect(useInterface.getState().page).toBe('wrong');
  expect(door.getAttribute('aria-current')).toBe('page');
});
