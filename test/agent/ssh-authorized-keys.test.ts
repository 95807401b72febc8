import { chmodSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  isKeyLines,
  lineFor,
  parseAuthorizedKeys,
  readAuthorizedKeys,
} from '../../agent/hub/ssh/authorized-keys.ts';
import { newKeyPair } from '../../client/ssh/identity.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ada = newKeyPair('ada@laptop').publicLine;
const blob = ada.split(' ')[1]!;

describe('a line', () => {
  test('a bare key may observe, and its comment is its name', () => {
    expect(parseAuthorizedKeys(ada)).toEqual({
      keys: [
        {
          type: 'ssh-ed25519',
          base64: blob,
          capabilities: ['observe'],
          expiresAt: null,
          from: null,
          comment: 'ada@laptop',
        },
      ],
      problems: [],
    });
  });

  test('capabilities are what the line says, each named', () => {
    const { keys } = parseAuthorizedKeys(`capabilities="observe, inspect,control" ${ada}`);
    expect(keys[0]?.capabilities).toEqual(['observe', 'inspect', 'control']);
    expect(parseAuthorizedKeys(`capabilities="heap" ${ada}`).keys[0]?.capabilities).toEqual(['heap']);
  });

  const expires = (time: string) => parseAuthorizedKeys(`expiry-time="${time}" ${ada}`).keys[0]?.expiresAt;

  test('it expires at a time of UTC or of the machine, to the day, the minute or the second', () => {
    expect(expires('20260301Z')).toBe(Date.UTC(2026, 2, 1));
    expect(expires('202603011530Z')).toBe(Date.UTC(2026, 2, 1, 15, 30));
    expect(expires('20260301153059Z')).toBe(Date.UTC(2026, 2, 1, 15, 30, 59));
    expect(expires('20260301')).toBe(new Date(2026, 2, 1).getTime());
    expect(expires('202603011530')).toBe(new Date(2026, 2, 1, 15, 30).getTime());
  });

  test('from its time on a line lets nobody in; another line of the same key may', () => {
    const offered = { type: 'ssh-ed25519', base64: blob };
    const { keys } = parseAuthorizedKeys(
      `capabilities="control",expiry-time="20260301Z" ${ada}\nfrom="10.0.0.0/8" ${ada}`,
    );
    const at = (now: number, address?: string) => lineFor(keys, offered, { now, address })?.capabilities;
    const end = Date.UTC(2026, 2, 1);
    expect(at(end - 1)).toEqual(['control']);
    expect(at(end)).toBeUndefined();
    expect(at(end, '10.1.2.3')).toEqual(['observe']);
    expect(at(end, '11.1.2.3')).toBeUndefined();
    expect(lineFor(keys, { ...offered, type: 'ssh-rsa' }, { now: 0, address: '10.1.2.3' })).toBeUndefined();
  });

  test.each([
    ['an unknown capability', `capabilities="observe,obsrve" ${ada}`, 'obsrve'],
    ['an empty list', `capabilities="" ${ada}`, '""'],
    ['another option', `command="date" ${ada}`, 'command'],
    ['an option beside', `capabilities="observe",no-pty ${ada}`, 'no-pty'],
    ['an option twice', `from="10.0.0.1",from="10.0.0.2" ${ada}`, 'twice'],
    ['a comma with nothing behind it', `from="10.0.0.1", ${ada}`, 'no option'],
    ['a time that is none', `expiry-time="20260431" ${ada}`, '20260431'],
    ['a time in words', `expiry-time="tomorrow" ${ada}`, 'tomorrow'],
    ['a host by name', `from="laptop.example.com" ${ada}`, 'laptop.example.com'],
    ['a host by name that is to be kept out', `from="10.0.0.0/8,!bad.example.com" ${ada}`, 'bad.example.com'],
    ['a network with bits behind its mask', `from="10.0.0.1/8" ${ada}`, 'behind its mask'],
    ['a mask too long', `from="10.0.0.0/33" ${ada}`, '10.0.0.0/33'],
    ['an empty list of addresses', `from="" ${ada}`, 'no address'],
    ['an option without its quotes', `capabilities=observe ${ada}`, 'capabilities=observe'],
    ['an open quote', `capabilities="observe ${ada}`, 'no key'],
    ['a key type that cannot be checked', 'sk-ssh-ed25519@openssh.com AAAA me', 'sk-ssh-ed25519'],
    ['a key cut short', 'ssh-ed25519 AAAAC3NzaC1l me', 'ssh-ed25519'],
    ['a key of another type than it says', `ssh-rsa ${blob} me`, 'ssh-rsa'],
    ['no base64', 'ssh-ed25519 not*base64 me', 'ssh-ed25519'],
  ])('%s: refused, said with its number, and the others stay', (_, line, said) => {
    const { keys, problems } = parseAuthorizedKeys(`# who may look\n\n${line}\n${ada}`);
    expect(keys).toHaveLength(1);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('line 3');
    expect(problems[0]).toContain(said);
  });

  test('comments, blank lines and CRLF are nothing', () => {
    expect(parseAuthorizedKeys(`\r\n# x\r\n   \r\n${ada}\r\n`)).toMatchObject({ keys: [{}], problems: [] });
  });
});

describe('a value', () => {
  test('with a key type in it is lines, else a path', () => {
    expect(isKeyLines(ada)).toBe(true);
    expect(isKeyLines(`capabilities="observe" ${ada}`)).toBe(true);
    expect(isKeyLines(`# mine\n${ada}`)).toBe(true);
    expect(isKeyLines('/etc/perch/authorized_keys')).toBe(false);
    expect(isKeyLines('/home/ada/.ssh/id_ed25519.pub')).toBe(false);
    expect(isKeyLines('/etc/ssh-ed25519/keys')).toBe(false);
  });

  test('a file is read anew each time', async () => {
    const file = path.join(temporaryFolder(), 'keys');
    writeFileSync(file, '');
    expect((await readAuthorizedKeys(file)).keys).toHaveLength(0);
    writeFileSync(file, ada);
    expect((await readAuthorizedKeys(file)).keys).toHaveLength(1);
  });

  test('a file that cannot be used grants nothing, and that is said', async () => {
    const folder = temporaryFolder();
    const open = path.join(folder, 'open');
    writeFileSync(open, ada);
    chmodSync(open, 0o666);
    const huge = path.join(folder, 'huge');
    writeFileSync(huge, ada);
    truncateSync(huge, LIMITS.maxAuthorizedKeysBytes + 1);
    for (const [file, said] of [
      [path.join(folder, 'none'), 'ENOENT'],
      [folder, 'no file'],
      [open, 'everybody'],
      [huge, 'too large'],
    ] as const) {
      const { keys, problems } = await readAuthorizedKeys(file);
      expect(keys).toEqual([]);
      expect(problems).toEqual([expect.stringContaining(said)]);
    }
  });

  test('unset is nobody', async () => {
    expect(await readAuthorizedKeys(null)).toEqual({ keys: [], problems: [] });
  });
});
