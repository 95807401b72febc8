import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { threadCpu } from '../../../agent/hub/cost/thread-cpu.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** As a Node that does not tell it by itself, with that much of /proc. */
function withProc(files: Record<string, string>) {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'thread-self'));
  for (const [name, text] of Object.entries(files))
    writeFileSync(path.join(folder, 'thread-self', name), text);
  return threadCpu(folder);
}

const STAT = `7 (perch) agent) S ${Array.from({ length: 10 }, () => 0).join(' ')} 120 30 ${Array.from({ length: 30 }, () => 1).join(' ')}`;

test('the time of the thread that asks grows by what it works', () => {
  const before = threadCpu();
  const until = performance.now() + 30;
  while (performance.now() < until);
  const after = threadCpu();
  if ('why' in before || 'why' in after) throw new Error('no figure on this machine');
  expect(after.ms).toBeGreaterThan(before.ms);
});

test("the kernel's nanoseconds go before its ticks; without either it is said why there is none", () => {
  vi.stubGlobal('process', Object.create(process, { threadCpuUsage: { value: undefined } }));
  try {
    expect(withProc({ schedstat: '1500000 20 3\n', stat: STAT })).toEqual({ ms: 1.5 });
    expect(withProc({ stat: STAT })).toEqual({ ms: 1500 });
    expect(withProc({})).toEqual({ why: expect.stringMatching(/tells no thread's time/) });
  } finally {
    vi.unstubAllGlobals();
  }
});

test('a Node that tells it is believed first', () => {
  const threadCpuUsage = { value: () => ({ user: 4000, system: 500 }) };
  vi.stubGlobal('process', Object.create(process, { threadCpuUsage }));
  try {
    expect(withProc({ schedstat: '1500000 20 3\n' })).toEqual({ ms: 4.5 });
  } finally {
    vi.unstubAllGlobals();
  }
});
