import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { Demo } from '../../electron/demo.ts';
import { temporaryFolder } from '../support/temporary.ts';

function program(code: string): string {
  const file = path.join(temporaryFolder(), 'demo.cjs');
  writeFileSync(file, code);
  return file;
}

test('the demo runs once and ends with whoever started it', async () => {
  const changed = vi.fn();
  const pidFile = path.join(temporaryFolder(), 'pid');
  const demo = new Demo(
    program(
      `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`,
    ),
    changed,
  );
  expect(demo.view).toBeNull();
  demo.start();
  demo.start();
  expect(demo.view).toEqual({ state: 'running', words: '' });
  expect(changed).toHaveBeenCalledTimes(1);
  const pid = await vi.waitFor(() => {
    const found = Number(readFileSync(pidFile, 'utf8'));
    expect(found).toBeGreaterThan(0);
    return found;
  }, 5000);
  demo.close();
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), 5000);
  expect(demo.view!.state).toBe('running');
});

test('one that fails says why, and can be started again', async () => {
  const demo = new Demo(program(`console.error('perch: x\\nno port is free'); process.exit(1)`), () => {});
  demo.start();
  await vi.waitFor(() => expect(demo.view).toEqual({ state: 'failed', words: 'no port is free' }), 5000);
  demo.start();
  expect(demo.view!.state).toBe('running');
  demo.close();
});
