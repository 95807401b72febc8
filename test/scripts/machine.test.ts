import { describe, expect, it } from 'vitest';
import { missingPackages, plan, type Situation } from '../../scripts/machine.ts';

const situation = (differs: Partial<Situation>): Situation => ({
  missing: ['xvfb', 'wireguard-go'],
  hasApt: true,
  isRoot: false,
  hasTerminal: false,
  isCi: false,
  ...differs,
});

describe('what the machine lacks', () => {
  it('needs nothing when all is there', () => {
    expect(plan(situation({ missing: [], isRoot: true }))).toEqual({ kind: 'nothing' });
  });

  it('is installed unasked by root without a terminal', () => {
    expect(plan(situation({ isRoot: true }))).toEqual({
      kind: 'install',
      packages: ['xvfb', 'wireguard-go'],
    });
  });

  it('is installed unasked by root in CI, terminal or not', () => {
    expect(plan(situation({ isRoot: true, hasTerminal: true, isCi: true })).kind).toBe('install');
  });

  it('is asked about on a terminal, with sudo unless root', () => {
    expect(plan(situation({ hasTerminal: true, isRoot: true }))).toMatchObject({
      kind: 'ask',
      withSudo: false,
    });
    expect(plan(situation({ hasTerminal: true }))).toMatchObject({ kind: 'ask', withSudo: true });
  });

  it('is named in one line for an ordinary user without a terminal, or in CI', () => {
    const line = 'sudo apt-get install -y --no-install-recommends xvfb wireguard-go';
    expect(plan(situation({}))).toEqual({ kind: 'name', line });
    expect(plan(situation({ hasTerminal: true, isCi: true }))).toEqual({ kind: 'name', line });
  });

  it('is named in words where there is no apt', () => {
    expect(plan(situation({ hasApt: false, isRoot: true }))).toMatchObject({
      kind: 'name',
      line: expect.stringContaining('xvfb wireguard-go'),
    });
  });

  it('is found by looking for programs, whatever installed them', () => {
    const path = process.env.PATH;
    try {
      process.env.PATH = '/nonexistent';
      // What only PATH leads to is missing now; what lies in the system's own folders is not.
      expect(missingPackages(['display', 'ssh'])).toEqual(['xvfb', 'openssh-client']);
      // Its applications lie beside erl.
      expect(missingPackages(['otp'])).toEqual(['erlang-base', 'erlang-tools']);
    } finally {
      process.env.PATH = path;
    }
  });
});
