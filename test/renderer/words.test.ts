import { describe, expect, test } from 'vitest';
import type { FleetView, InstanceView, TroubleView } from '../../electron/ipc.ts';
import { consequence, whyNot } from '../../renderer/act/rules.ts';
import { healthOf } from '../../renderer/fleet/health.ts';
import {
  age,
  bytes,
  clockTime,
  counted,
  duration,
  micros,
  percent,
  shortAge,
} from '../../renderer/ui/format.ts';
import { NOT_CHECKED } from '../support/checked.ts';
import { aNode } from '../support/tree-data.ts';

const plain = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, ' ');

test.each([
  [duration(0), '0 ms'],
  [duration(3.14), '3.1 ms'],
  [duration(4), '4 ms'],
  [duration(840.4), '840 ms'],
  [duration(3249), '3.2 s'],
  [duration(252_000), '4 min 12 s'],
  [age(-5), '0 s'],
  [age(3_600_000), '1 h'],
  [age(187_200_000), '2 d 4 h'],
  [shortAge(7_400_000), '2 h'],
  [bytes(1023), '1023 B'],
  [bytes(1536), '1.5 KB'],
  [bytes(12.4 * 2 ** 20), '12 MB'],
  [bytes(1023.9 * 2 ** 20), '1.0 GB'],
  [percent(0), '0 %'],
  [percent(0.4), '0.4 %'],
  [percent(17.6), '18 %'],
  [micros(41.4), '41 µs'],
  [micros(1200), '1.2 ms'],
  [counted(1, 'entry', 'entries'), '1 entry'],
  [counted(12_000, 'match', 'matches'), '12,000 matches'],
])('%s is %s', (given, wanted) => {
  expect(plain(given)).toBe(wanted);
});

test('a time of day has milliseconds of even width', () => {
  expect(clockTime(new Date(2026, 2, 4, 9, 3, 7, 5).getTime())).toBe('09:03:07.005');
});

const instance = (fields: Partial<InstanceView>): InstanceView => ({
  key: 'k',
  environment: 'e',
  region: 'fra',
  service: 's',
  name: 'n',
  address: 'a',
  state: 'live',
  error: null,
  info: null,
  capabilities: ['observe', 'inspect', 'control'],
  latencyMs: 1,
  heardAt: 10_000,
  retryAt: null,
  armed: { mine: { author: { key: 'k', name: 'ada' }, reason: 'a drill', since: 0, until: 1 }, others: [] },
  trouble: { blocked: 0, stragglers: 0 },
  ...fields,
});

const trouble = (code: TroubleView['code']): TroubleView => ({ code, message: '', facts: {}, mend: '' });

describe('health', () => {
  test.each([
    [{}, 'healthy', 'ok'],
    [{ trouble: { blocked: 1, stragglers: 2 } }, 'loop blocked', 'bad'],
    [{ trouble: { blocked: 0, stragglers: 2 } }, 'straggler', 'warn'],
    [{ state: 'stale' }, 'silent for 7 s', 'warn'],
    [{ state: 'reconnecting' }, 'lost 7 s ago', 'warn'],
    [{ state: 'host-key-changed' }, 'host key changed', 'bad'],
    [{ state: 'gone' }, 'gone', 'waiting'],
    [{ state: 'refused', error: trouble('KEY_REFUSED') }, 'key refused', 'bad'],
    [{ state: 'refused', error: trouble('NO_IDENTITY') }, 'no key', 'bad'],
    [{ state: 'refused', error: trouble('PASSPHRASE_NEEDED') }, 'key locked', 'bad'],
    [{ state: 'refused', error: trouble('VERSION_SKEW') }, 'versions differ', 'bad'],
    [{ state: 'refused', error: trouble('CAPABILITY_MISSING') }, 'may not observe', 'bad'],
  ] as [Partial<InstanceView>, string, string][])('%j is %s', (fields, word, severity) => {
    const health = healthOf(instance(fields), 17_000, null);
    expect([plain(health.word), health.severity]).toEqual([word, severity]);
  });

  test('what the rules found in it comes before a calm word, the worst first', () => {
    const one = instance({ key: 'a' });
    const view = (...findings: [string, string, 'failed' | 'warning'][]) =>
      ({
        findings: findings.map(([key, rule, severity]) => ({ instance: key, rule, severity })),
        checked: NOT_CHECKED,
      }) as unknown as FleetView;
    const of = (...findings: Parameters<typeof view>) => healthOf(one, 0, view(...findings));
    expect(of(['a', 'restart-storm', 'failed'], ['a', 'heap', 'warning'])).toEqual({
      word: 'restart storm',
      severity: 'bad',
    });
    expect(of(['b', 'gone', 'failed'], ['a', 'heap', 'warning']).severity).toBe('warn');
    expect(of(['b', 'gone', 'failed']).word).toBe('healthy');
  });

  test('only what is live and without trouble is ok', () => {
    const states: InstanceView['state'][] = [
      'connecting',
      'stale',
      'reconnecting',
      'refused',
      'tunnel-off',
      'gone',
      'closed',
    ];
    for (const state of states) expect(healthOf(instance({ state }), 0, null).severity, state).not.toBe('ok');
  });
});

describe('acts', () => {
  const child = { restart: 'permanent', shutdown: 5000, significant: false, protected: false } as const;
  const games = aNode({
    id: 's',
    kind: 'supervisor',
    lineage: 'app/games',
    supervisor: { strategy: 'dynamic', intensity: 1, periodMs: 5000, restartsInPeriod: 0 },
  });

  test.each([
    [null, instance({}), /Select/],
    [aNode({ id: 'x' }), instance({ state: 'reconnecting' }), /not connected/],
    [aNode({ id: 'x' }), instance({ capabilities: ['observe'] }), /may not control/],
    [aNode({ id: 'x', child: { ...child, protected: true } }), instance({}), /protected/],
  ] as const)('%# cannot be asked for', (node, at, reason) => {
    expect(whyNot(node, at)).toMatch(reason);
  });

  test('a kill says what it means for the restart intensity', () => {
    const node = aNode({ id: 'x', child });
    expect(whyNot(node, instance({}))).toBeNull();
    expect(plain(consequence('kill', node, games))).toMatch(
      /app\/games will restart it, restart 1 of 1 in 5\.0 s\./,
    );
    const spent = { ...games, supervisor: { ...games.supervisor!, restartsInPeriod: 1 } };
    expect(consequence('kill', node, spent)).toMatch(/will give up/);
    expect(consequence('kill', aNode({ id: 'x', child: { ...child, restart: 'temporary' } }), games)).toMatch(
      /temporary/,
    );
    expect(consequence('restart', node, spent)).toMatch(/does not count/);
  });

  test('killing the service itself is said first', () => {
    expect(consequence('kill', aNode({ id: '1', kind: 'process', host: null }), null)).toMatch(
      /This is the service itself/,
    );
  });
});
