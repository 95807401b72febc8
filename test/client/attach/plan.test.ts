import { expect, it } from 'vitest';
import { planOf, type Surroundings } from '../../../client/attach/plan.ts';
import type { ProcessFacts } from '../../../client/attach/process-facts.ts';

/** As /proc shows a service that was started with no option: Node takes SIGUSR1 (bit 9). */
const SERVICE: ProcessFacts = {
  pid: 4121,
  startTicks: 77,
  state: 'S',
  uid: 1000,
  program: '/usr/bin/node',
  command: ['node', 'api.js', '--token', 'planted-secret'],
  env: {},
  signals: { caught: 0x4602n, blocked: 0n },
  elsewhere: [],
};
const AROUND: Surroundings = {
  uid: 1000,
  watched: new Set(),
  own: [],
  near: [],
  wasSignalled: false,
  observedBy: null,
};

const plan = (facts: Partial<ProcessFacts> = {}, around: Partial<Surroundings> = {}) =>
  planOf({ ...SERVICE, ...facts }, { ...AROUND, ...around });
const words = (...more: string[]) => ({ command: ['node', ...more, 'api.js'] });
const listens = (port: number) => [{ host: '127.0.0.1', port, inode: '9' }];

it('says what it will do, where, and that the inspector is closed again; not what the script was given', () => {
  const { command, inspector, steps, cautions } = plan();
  expect(command).toBe('node api.js');
  expect(inspector).toEqual({ host: '127.0.0.1', port: 9229 });
  expect(steps.join('\n')).toMatch(
    /SIGUSR1 to process 4121.*127\.0\.0\.1:9229.*stderr.*close the inspector at once/s,
  );
  expect(cautions).toEqual([]);
});

it('where it cannot be seen whether the service handles the signal, that is said', () => {
  expect(plan({}, { watched: null }).cautions).toEqual([expect.stringContaining('cannot be seen')]);
});

it('an inspector that an earlier attach had it open is taken, without another signal', () => {
  const open = { own: listens(9229), near: listens(9229) };
  const { isSignalled, steps } = plan(
    { signals: { caught: 0n, blocked: 0n } },
    { ...open, wasSignalled: true },
  );
  expect(isSignalled).toBe(true);
  expect(steps.join('\n')).not.toContain('SIGUSR1');
  // It was sent one, and has not taken it yet.
  expect(plan({}, { wasSignalled: true }).isSignalled).toBe(false);
});

it('root may attach to the services of others, in its own namespaces', () => {
  expect(plan({}, { uid: 0 }).uid).toBe(1000);
});

it.each<[string, string, Partial<ProcessFacts>, Partial<Surroundings>]>([
  ['another user', 'OTHER_USER', { uid: 1001 }, {}],
  ['one that hides its program', 'OTHER_USER', { program: null }, {}],
  ['another program', 'NOT_NODE', { program: '/usr/bin/python3.11' }, {}],
  ['a container', 'OTHER_NAMESPACE', { elsewhere: ['net', 'mnt'] }, {}],
  ['an agent that is there', 'ALREADY_OBSERVED', {}, { observedBy: 'api' }],
  ['PERCH=off', 'AGENT_OFF', { env: { PERCH: 'off' } }, {}],
  ['PERCH_LOCAL=off', 'AGENT_OFF', { env: { PERCH_LOCAL: 'off' } }, {}],
  ['--permission', 'PERMISSION_MODEL', words('--permission'), {}],
  [
    '--permission in NODE_OPTIONS',
    'PERMISSION_MODEL',
    { env: { NODE_OPTIONS: '--max-old-space-size=99 --permission' } },
    {},
  ],
  ['--inspect', 'INSPECTOR_OPEN', words('--inspect=9333'), {}],
  ['an inspector that somebody opened', 'INSPECTOR_OPEN', {}, { own: listens(9229), near: listens(9229) }],
  [
    'its port with somebody else',
    'INSPECTOR_PORT_TAKEN',
    words('--inspect-port', '9333'),
    { near: listens(9333) },
  ],
  ['--disable-sigusr1', 'INSPECTOR_OFF', words('--disable-sigusr1'), {}],
  ['an inspector for the network', 'INSPECTOR_OFF', words('--inspect-port=0.0.0.0:9229'), {}],
  ['an address on stderr only', 'INSPECTOR_OFF', words('--inspect-publish-uid=stderr'), {}],
  ['no handler at all', 'INSPECTOR_OFF', { signals: { caught: 0x4402n, blocked: 0n } }, {}],
  ['a signal that is blocked', 'INSPECTOR_OFF', { signals: { caught: 0x4602n, blocked: 0x200n } }, {}],
  ['a handler of its own', 'SIGNAL_HANDLED', {}, { watched: new Set([10, 15]) }],
  ['a process that is stopped', 'PROCESS_STOPPED', { state: 'T' }, {}],
])('refuses %s: %s', (_, code, facts, around) => {
  expect(() => plan(facts, around)).toThrow(
    expect.objectContaining({ code, facts: expect.objectContaining({ pid: 4121 }) }),
  );
});
