// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Faulty } from '../../renderer/ui/faulty.tsx';

beforeEach(() => {
  // React tells the console of what a boundary caught.
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function Thrower({ thrown }: { thrown: unknown }): never {
  throw thrown;
}

test('a screen that throws says what, that no service was touched, and leads back', () => {
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => {});
  render(
    <Faulty>
      <Thrower thrown={new TypeError('rows is not iterable')} />
    </Faulty>,
  );
  const alert = screen.getByRole('alert');
  expect(alert.textContent).toContain('rows is not iterable');
  expect(alert.textContent).toContain('That did nothing to any service');
  fireEvent.click(screen.getByRole('button', { name: 'Load the window again' }));
  expect(reload).toHaveBeenCalledOnce();
});

test.each([['a word'], [null], [undefined], [{ odd: true }]])(
  '%o is said too, though it is no Error',
  (thrown) => {
    render(
      <Faulty>
        <Thrower thrown={thrown} />
      </Faulty>,
    );
    expect(screen.getByRole('alert').textContent).toContain(String(thrown));
  },
);

test('a screen without a fault is all there is', () => {
  render(<Faulty>all is well</Faulty>);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByText('all is well')).toBeTruthy();
});
