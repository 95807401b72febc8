import { describe, expect, test } from 'vitest';
import { type MachineFacts, parseListenAddress, readConfig } from '../../agent/config.ts';

const facts: MachineFacts = { uid: 1000, home: '/home/ada', hasRuntimeDir: false, sharedDir: '/tmp' };

test('without a word of configuration: nothing on the network, a local socket, directories of the user', () => {
  expect(readConfig({}, {}, facts)).toEqual({
    service: '',
    region: '',
    instance: null,
    listen: [],
    authorizedKeys: null,
    hostKey: null,
    local: true,
    control: true,
    overheadPercent: 5,
    blackBox: true,
    runtimeDir: '/tmp/perch-1000',
    stateDir: '/home/ada/.local/state/perch',
    problems: [],
  });
});

test('where nothing in /tmp can be written, the local socket is in the memory that processes share', () => {
  const readOnly: MachineFacts = { ...facts, sharedDir: '/dev/shm' };
  expect(readConfig({}, {}, readOnly)?.runtimeDir).toBe('/dev/shm/perch-1000');
});

test('PERCH=off turns everything off, whatever the code says', () => {
  for (const word of ['off', 'OFF', '0', 'false', ' off ']) {
    expect(readConfig({ listen: '127.0.0.1:1' }, { PERCH: word }, facts)).toBeNull();
  }
  expect(readConfig({}, { PERCH: 'on' }, facts)).not.toBeNull();
});

test('PERCH_LOCAL=off leaves the local socket out', () => {
  expect(readConfig({}, { PERCH_LOCAL: 'off' }, facts)?.local).toBe(false);
  expect(readConfig({ local: false }, {}, facts)?.local).toBe(false);
});

test('PERCH_BLACK_BOX=off keeps no black box', () => {
  expect(readConfig({}, { PERCH_BLACK_BOX: 'off' }, facts)?.blackBox).toBe(false);
  expect(readConfig({ blackBox: false }, {}, facts)?.blackBox).toBe(false);
});

test('names come from the code, else PERCH_*, else FLY_*', () => {
  const fly = { FLY_APP_NAME: 'game', FLY_REGION: 'fra', FLY_MACHINE_ID: '148e' };
  expect(readConfig({}, fly, facts)).toMatchObject({ service: 'game', region: 'fra', instance: '148e' });
  const own = { ...fly, PERCH_SERVICE: 'chess', PERCH_REGION: 'lax', PERCH_INSTANCE: 'two' };
  expect(readConfig({}, own, facts)).toMatchObject({ service: 'chess', region: 'lax', instance: 'two' });
  expect(readConfig({}, { ...fly, PERCH_SERVICE: '' }, facts)?.service).toBe('game');
  expect(readConfig({ service: 'go' }, own, facts)).toMatchObject({ service: 'go', region: 'lax' });
});

test('a label keeps to one line: it is shown in terminals', () => {
  expect(readConfig({}, { PERCH_SERVICE: ' ga\u001b[2Jme\n' }, facts)?.service).toBe('ga [2Jme');
});

test('the XDG directories count when they are absolute and ours', () => {
  const env = { XDG_RUNTIME_DIR: '/run/user/1000', XDG_STATE_HOME: '/state' };
  expect(readConfig({}, env, { ...facts, hasRuntimeDir: true })).toMatchObject({
    runtimeDir: '/run/user/1000/perch',
    stateDir: '/state/perch',
  });
  expect(readConfig({}, env, facts)?.runtimeDir).toBe('/tmp/perch-1000');
  expect(readConfig({}, { XDG_STATE_HOME: 'state' }, facts)?.stateDir).toBe('/home/ada/.local/state/perch');
});

describe('where to listen', () => {
  test('several addresses, each once', () => {
    const listen = '127.0.0.1:7400, [fdaa::2]:7400,unix:/run/a.sock,127.0.0.1:7400,';
    const config = readConfig({}, { PERCH_LISTEN: listen }, facts);
    expect(config?.listen).toEqual(['127.0.0.1:7400', '[fdaa::2]:7400', 'unix:/run/a.sock']);
    expect(config?.problems).toEqual([]);
  });

  test('a list from the code', () => {
    expect(readConfig({ listen: ['a.internal:1', 'b.internal:2'] }, {}, facts)?.listen).toHaveLength(2);
  });

  test.each([
    '7400',
    ':7400',
    '*:7400',
    'localhost',
    '127.0.0.1:port',
    '127.0.0.1:65536',
    '[127.0.0.1]:7400',
    '[fdaa::2]',
    'fdaa::2:7400',
    'unix:relative.sock',
    `unix:/${'x'.repeat(107)}`,
    'http://127.0.0.1:7400',
  ])('%s is said to be no address, and the others stay', (word) => {
    const config = readConfig({ listen: ['127.0.0.1:7400', word] }, {}, facts);
    expect(config?.listen).toEqual(['127.0.0.1:7400']);
    expect(config?.problems).toHaveLength(1);
    expect(config?.problems[0]).toContain(JSON.stringify(word));
  });

  test('a budget is a share of a core; what is none is said, and the usual one holds', () => {
    const read = (word: string | undefined, overheadPercent?: number) =>
      readConfig({ overheadPercent }, { PERCH_OVERHEAD: word }, facts)!;
    expect(read('0.5').overheadPercent).toBe(0.5);
    expect(read('0.5', 2).overheadPercent).toBe(2);
    for (const word of ['0', '-1', '101', 'much']) {
      expect(read(word)).toMatchObject({ overheadPercent: 5, problems: [expect.stringContaining(word)] });
    }
  });

  test('control is off when either says so: none can turn on what the other forbids', () => {
    const isOn = (control: boolean | undefined, word?: string) =>
      readConfig({ control }, { PERCH_CONTROL: word }, facts)?.control;
    expect([isOn(undefined), isOn(true), isOn(undefined, 'on')]).toEqual([true, true, true]);
    expect([isOn(false), isOn(false, 'on'), isOn(true, 'off')]).toEqual([false, false, false]);
  });

  test('an address is taken apart', () => {
    expect(parseListenAddress('[::1]:0')).toEqual({ kind: 'tcp', host: '::1', port: 0, raw: '[::1]:0' });
    expect(parseListenAddress('[fe80::1%eth0]:7400')).toMatchObject({ host: 'fe80::1%eth0', port: 7400 });
    expect(parseListenAddress('fly-local-6pn:7400')).toMatchObject({ host: 'fly-local-6pn' });
    expect(parseListenAddress('unix:/a')).toEqual({ kind: 'unix', path: '/a', raw: 'unix:/a' });
  });
});
