import { afterEach, expect, test, vi } from 'vitest';
import { signalProcess } from '../../agent/faults/end-process.ts';
import { readProcess } from '../../agent/hub/proc.ts';
import { untilEnded } from '../../agent/hub/process-identity.ts';

afterEach(() => vi.restoreAllMocks());

const own = { pid: process.pid, startTicks: readProcess(process.pid)!.startTicks };

test('a signal that the system does not let us send was not sent, and that is said', () => {
  vi.spyOn(process, 'kill').mockImplementation(() => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  expect(() => signalProcess(own, 'SIGKILL')).toThrow(expect.objectContaining({ code: 'NOT_POSSIBLE' }));
});

test('a pid that is another process by now is left alone', () => {
  const kill = vi.spyOn(process, 'kill');
  expect(signalProcess({ ...own, startTicks: own.startTicks - 1 }, 'SIGKILL')).toBe(false);
  expect(kill).not.toHaveBeenCalled();
});

test('how long an end is waited for is not told by the wall clock, which somebody may set', async () => {
  vi.spyOn(Date, 'now').mockImplementation(() => performance.now() / 1000);
  expect(await untilEnded(own, 30)).toBe(false);
});
