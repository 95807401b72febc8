import { expect, it } from 'vitest';
import { hasDisplay, mayUseTestRuntime, withoutApp } from '../../scripts/start-plan.ts';

it('knows where a window can be shown', () => {
  expect(hasDisplay('linux', {})).toBe(false);
  expect(hasDisplay('linux', { DISPLAY: '' })).toBe(false);
  expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
  expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
  expect(hasDisplay('darwin', {})).toBe(true);
});

it('takes the test runtime when asked for, or unasked only where nobody can be told', () => {
  expect(mayUseTestRuntime({ isAskedFor: true, hasTerminal: true })).toBe(true);
  expect(mayUseTestRuntime({ isAskedFor: false, hasTerminal: true })).toBe(false);
  expect(mayUseTestRuntime({ isAskedFor: false, hasTerminal: false })).toBe(true);
});

it('says in one line how to go on without a window', () => {
  const line = withoutApp('No display', [
    {
      name: 'tictactoe-fra',
      region: 'fra',
      address: '127.0.0.1:7401',
      url: 'http://127.0.0.1:8401/',
      hostKey: 'SHA256:x',
    },
  ]);
  expect(line).not.toContain('\n');
  expect(line).toContain('No display');
  expect(line).toContain('npx perch tree tictactoe-fra');
  expect(line).toContain('http://127.0.0.1:8401/');
});
