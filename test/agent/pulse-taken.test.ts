import { expect, test, vi } from 'vitest';
import { newPulse, PulseReader, PulseWriter } from '../../agent/probe/pulse.ts';

test('what the agent does on a thread is timed, a piece within a piece once, also when it throws', () => {
  const now = vi.spyOn(performance, 'now');
  let clock = 100;
  now.mockImplementation(() => clock);
  try {
    const memory = newPulse();
    const writer = new PulseWriter(memory);
    const reader = new PulseReader(memory);
    expect(reader.takenMs).toBe(0);
    expect(
      writer.take(() => {
        clock += 2;
        writer.take(() => {
          clock += 3;
        });
        return 'done';
      }),
    ).toBe('done');
    expect(reader.takenMs).toBe(5);
    expect(() =>
      writer.take(() => {
        clock += 1;
        throw new Error('fails');
      }),
    ).toThrow('fails');
    expect(reader.takenMs).toBe(6);
  } finally {
    now.mockRestore();
  }
});

test('a thread is told how slowly to be looked at', () => {
  const memory = newPulse();
  expect(new PulseWriter(memory).pace).toBe(0);
  new PulseReader(memory).setPace(2);
  expect(new PulseWriter(memory).pace).toBe(2);
});

test('the memory of an older copy, which counts nothing, is read as not known', () => {
  const without = (bytes: number) => new PulseReader(new SharedArrayBuffer(newPulse().byteLength - bytes));
  expect(without(16).takenMs).toBeNull();
  // One copy later it counts, and keeps its own pace.
  expect(without(8).takenMs).toBe(0);
  without(8).setPace(2);
});
