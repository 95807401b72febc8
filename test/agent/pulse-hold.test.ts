import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { newPulse, PulseReader, PulseWriter } from '../../agent/probe/pulse.ts';
import { LIMITS } from '../../protocol/limits.ts';

test('a hold that was taken back before the thread took it is none', () => {
  const memory = newPulse();
  const [hub, thread] = [new PulseReader(memory), new PulseWriter(memory)];
  expect(hub.askHold()).toBe(true);
  expect(hub.askHold()).toBe(false);
  expect(hub.withdrawHold()).toBe(true);
  expect(thread.takeHold()).toBe(false);
  expect(hub.isHeld).toBe(false);
});

test('one that was taken cannot be taken back; let go before the thread waits, it does not wait', () => {
  const memory = newPulse();
  const [hub, thread] = [new PulseReader(memory), new PulseWriter(memory)];
  hub.askHold();
  expect(thread.takeHold()).toBe(true);
  expect(hub.withdrawHold()).toBe(false);
  expect(hub.isHeld).toBe(true);
  hub.letGo();
  const from = performance.now();
  thread.hold(60_000);
  expect(performance.now() - from).toBeLessThan(1000);
  expect(hub.isHeld).toBe(false);
});

test('the lease ends it with nobody there, and the time is no delay of the loop', () => {
  const memory = newPulse();
  const [hub, thread] = [new PulseReader(memory), new PulseWriter(memory)];
  hub.askHold();
  thread.takeHold();
  const { beats } = hub;
  const from = performance.now();
  thread.hold(300);
  expect(performance.now() - from).toBeGreaterThanOrEqual(295);
  expect(hub.isHeld).toBe(false);
  expect(hub.beats).toBe(beats + 1);
  thread.sample();
  expect(hub.figures().loopDelayMs).toBeLessThan(100);
});

test('another thread lets it go', async () => {
  const memory = newPulse();
  const [hub, thread] = [new PulseReader(memory), new PulseWriter(memory)];
  hub.askHold();
  thread.takeHold();
  const code = `const { workerData } = require('node:worker_threads');
    const words = new Int32Array(workerData, 0, 3);
    Atomics.store(words, 2, 0); Atomics.notify(words, 2);`;
  const worker = new Worker(code, { eval: true, workerData: memory });
  const ended = once(worker, 'exit');
  const from = performance.now();
  thread.hold(60_000);
  expect(performance.now() - from).toBeLessThan(30_000);
  await ended;
});

/** How long it is held by a hub that attends to it for so long, from another thread. */
async function heldFor(leaseMs: number, attendedMs: number): Promise<number> {
  const memory = newPulse();
  const [hub, thread] = [new PulseReader(memory), new PulseWriter(memory)];
  hub.askHold();
  thread.takeHold();
  const code = `const { workerData: { memory, everyMs, attendedMs } } = require('node:worker_threads');
    const words = new Int32Array(memory, 0, 4);
    const timer = setInterval(() => Atomics.add(words, 3, 1), everyMs);
    setTimeout(() => clearInterval(timer), attendedMs);`;
  const workerData = { memory, everyMs: LIMITS.beatMs, attendedMs };
  const worker = new Worker(code, { eval: true, workerData });
  const ended = once(worker, 'exit');
  await once(worker, 'online');
  const from = performance.now();
  thread.hold(leaseMs);
  const heldMs = performance.now() - from;
  await ended;
  return heldMs;
}

test('it goes on before its lease is over when the hub that held it is not heard of any more', async () => {
  const heldMs = await heldFor(60_000, 0);
  expect(heldMs).toBeGreaterThan(LIMITS.unattendedMs - 100);
  expect(heldMs).toBeLessThan(LIMITS.unattendedMs + 5000);
});

test('for as long as the hub attends to it, it is held for its whole lease', async () => {
  expect(await heldFor(LIMITS.unattendedMs + 1000, LIMITS.unattendedMs + 2000)).toBeGreaterThan(
    LIMITS.unattendedMs + 900,
  );
});
