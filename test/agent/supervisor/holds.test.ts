import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lookIntoFunctions } from '../../../agent/inspect/functions.ts';
import { callSites } from '../../../agent/supervisor/holds/call-sites.ts';
import { liveTimers } from '../../../agent/supervisor/holds/live.ts';
import { fixture } from './hosts.ts';

/** What the straggler of test/fixtures/straggles.ts holds, ports as `*`. */
async function straggle(...words: string[]): Promise<{ holds: string[]; hooks: boolean[] }> {
  const stdout = await new Promise<string>((resolve, reject) => {
    const env = { ...process.env, PERCH: 'off' };
    execFile(process.execPath, [fixture('straggles'), ...words], { env }, (error, out) =>
      error ? reject(error) : resolve(out),
    );
  });
  const { holds, hooks } = JSON.parse(stdout) as { holds: string[]; hooks: boolean[] };
  return { holds: holds.map((line) => line.replace(/(127\.0\.0\.1):\d+/, '$1:*')), hooks };
}

const at = (line: RegExp) => expect.stringMatching(line);

describe('a task that ignores its signal', () => {
  test('has its timers and sockets listed, its neighbours’ and its successor’s are left out, and no hook stays', async () => {
    const { holds, hooks } = await straggle();
    expect(holds).toEqual([
      at(/^Timeout 1111 ms, repeats, straggles\.js:\d+$/),
      at(/^Timeout 66000 ms, straggles\.js:\d+$/),
      at(/^Server on 127\.0\.0\.1:\*, a listener, straggles\.js:\d+$/),
      at(/^Socket 127\.0\.0\.1:\*, a listener, straggles\.js:\d+$/),
      // The server's side of that connection.
      'Socket 127.0.0.1:*',
      at(/^Timeout 77000 ms, straggles\.js:\d+$/),
      // Made behind an await while it was watched.
      at(/^Timeout 123 ms, straggles\.js:\d+$/),
    ]);
    expect(hooks).toEqual([false, true, false]);
  }, 20_000);

  test('where others run the same code, what may be theirs says so', async () => {
    const { holds } = await straggle('twins');
    expect(holds.at(-1)).toMatch(/^Timeout 123 ms, straggles\.js:\d+; 2 others run the same code$/);
    expect(holds.filter((line) => line.startsWith('Timeout 1111'))).toHaveLength(1);
    expect(holds.filter((line) => line.startsWith('Server'))).toHaveLength(1);
  }, 20_000);
});

describe('a timer from behind an await, whose callback closes over nothing of the task', () => {
  test('is its own where that is written in its code; what is written elsewhere is left out', async () => {
    const { holds } = await straggle('plain');
    expect(holds).toEqual([
      at(/^Timeout 99000 ms, straggles\.js:\d+$/),
      at(/^Timeout 123 ms, straggles\.js:\d+$/),
    ]);
  }, 20_000);

  test('may be that of others who run the same code', async () => {
    const { holds } = await straggle('plain-twins');
    expect(holds).toContainEqual(at(/^Timeout 99000 ms, straggles\.js:\d+; 2 others run the same code$/));
  }, 20_000);
});

test('looking at a function runs nothing of the service', () => {
  let runs = 0;
  const count = () => {
    runs++;
    return null;
  };
  const trap = new Proxy({}, { get: count, has: () => count() === null, getPrototypeOf: count });
  const object = Object.defineProperty({}, 'trap', { get: count, enumerable: true });
  const seen = lookIntoFunctions((factsOf) => [factsOf(() => [trap, object]), factsOf(trap)]);
  const isThere = [trap, object].map((value) => seen?.[0]?.closedOver.includes(value));
  expect([runs, isThere, seen?.[1]]).toEqual([0, [true, true], null]);
});

test('every timer that is set is found, whatever the service made of the globals, and no cleared one', () => {
  const [set, cleared] = [setTimeout(() => {}, 34_567), setInterval(() => {}, 45_678)];
  clearInterval(cleared);
  const words = liveTimers().map((live) => live.words);
  clearTimeout(set);
  expect(words).toContain('Timeout 34567 ms');
  expect(words).not.toContain('Timeout 45678 ms, repeats');
});

test('call sites come without a word to the service’s prepareStackTrace, which stays; an accessor is left alone', () => {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  let runs = 0;
  try {
    const prepare = () => void runs++;
    Error.prepareStackTrace = prepare;
    const [site] = (function here() {
      return callSites(here, 5);
    })();
    expect(site).toMatchObject({ file: expect.stringContaining('holds.test.ts'), line: expect.any(Number) });
    expect(Error.prepareStackTrace).toBe(prepare);
    Object.defineProperty(Error, 'prepareStackTrace', { get: prepare, configurable: true });
    expect(callSites(expect as never, 5)).toEqual([]);
    expect(runs).toBe(0);
  } finally {
    delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
    if (before) Object.defineProperty(Error, 'prepareStackTrace', before);
  }
});
