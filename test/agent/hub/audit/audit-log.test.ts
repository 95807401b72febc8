import { appendFileSync, chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { AuditLog, sha256 } from '../../../../agent/hub/audit/audit-log.ts';
import { checkAudit } from '../../../../protocol/audit-check.ts';
import { LIMITS } from '../../../../protocol/limits.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const ask = (call: string, reason = 'a test') => ({
  author: { key: 'local', name: 'ada' },
  act: 'kill',
  call,
  target: 'app/games/7f3a',
  reason,
  outcome: 'restarted',
});

const newLog = (folder: string, mark: string) => new AuditLog(path.join(folder, 'audit/game~fra-1'), mark);
const verdict = (log: AuditLog) => checkAudit(log.read().records, [], sha256);

it('each record names the one before it, over restarts of hub and service', () => {
  const folder = temporaryFolder();
  const first = newLog(folder, 'a1');
  const heads = [first.append(ask('1')), first.append(ask('2'))];
  const second = newLog(folder, 'b2');
  expect(second.read().head).toEqual(heads[1]);
  heads.push(second.append(ask('3')));
  const { records, head, folder: place, why } = newLog(folder, 'c3').read();
  expect(records.map(({ seq, act, call }) => [seq, act, call])).toEqual([
    [1, 'log', ''],
    [2, 'kill', '1'],
    [3, 'kill', '2'],
    [4, 'log', ''],
    [5, 'kill', '3'],
  ]);
  expect(records[3]).toMatchObject({ previous: heads[1]!.hash, reason: 'goes on after 3' });
  expect(head).toEqual(heads[2]);
  expect({ place, why }).toEqual({ place: path.join(folder, 'audit/game~fra-1'), why: null });
  expect(checkAudit(records, heads, sha256)).toMatchObject({ findings: [], headsFound: 3 });
});

it('is for its user alone, and begun with the first record only', () => {
  const folder = temporaryFolder();
  const log = newLog(folder, 'a1');
  expect(log.read()).toMatchObject({ records: [], head: null });
  expect(readdirSync(folder)).toEqual([]);
  log.append(ask('1'));
  const place = path.join(folder, 'audit/game~fra-1');
  const [name] = readdirSync(place);
  expect(statSync(place).mode & 0o777).toBe(0o700);
  expect(statSync(path.join(place, name!)).mode & 0o777).toBe(0o600);
});

it('two processes of one instance write beside each other; the next one joins their branches', () => {
  const folder = temporaryFolder();
  const [one, two] = [newLog(folder, 'a1'), newLog(folder, 'b2')];
  const heads = [one.append(ask('1')), two.append(ask('2')), one.append(ask('3')), two.append(ask('4'))];
  const third = newLog(folder, 'c3');
  heads.push(third.append(ask('5')));
  const { records } = third.read();
  const joining = records.find(({ also }) => also !== undefined)!;
  expect([joining.previous, ...joining.also!].sort()).toEqual([heads[2]!.hash, heads[3]!.hash].sort());
  expect(checkAudit(records, heads, sha256)).toMatchObject({ findings: [], headsFound: 5 });
});

it('half a record, as SIGKILL leaves it, is said in the next file and harms nothing', () => {
  const folder = temporaryFolder();
  newLog(folder, 'a1').append(ask('1'));
  const place = path.join(folder, 'audit/game~fra-1');
  const [name] = readdirSync(place);
  appendFileSync(path.join(place, name!), '{"seq":3,"at":17');
  const next = newLog(folder, 'b2');
  next.append(ask('2'));
  const { records, unread } = next.read();
  expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(records[2]!.reason).toBe(`goes on after 2; ${name} ends in 16 bytes of half a record`);
  expect(unread).toEqual([]);
  expect(verdict(next).findings).toEqual([]);
});

it('goes on in a new file when one is full, and says what it no longer keeps', () => {
  const folder = temporaryFolder();
  const log = newLog(folder, 'a1');
  const place = path.join(folder, 'audit/game~fra-1');
  const reason = 'x'.repeat(LIMITS.maxReasonChars);
  const first = log.append(ask('first', reason));
  let last = first;
  while (!readFileSync(path.join(place, readdirSync(place).sort().at(-1)!), 'utf8').includes('"dropped"')) {
    for (let i = 0; i < 200; i++) last = log.append(ask('more', reason));
  }
  const bytes = readdirSync(place).reduce((sum, name) => sum + statSync(path.join(place, name)).size, 0);
  expect(bytes).toBeLessThan(LIMITS.maxAuditBytes + 2 * LIMITS.maxAuditFileBytes);
  const { records } = log.read();
  expect(records[0]!.seq).toBeGreaterThan(first.seq);
  expect(checkAudit(records, [first, last], sha256)).toMatchObject({
    findings: [],
    headsFound: 1,
    headsDropped: 1,
  });
  // Whoever comes next and drops more still leaves a log that hangs together.
  const next = newLog(folder, 'b2');
  for (let i = 0; i < 1200; i++) next.append(ask('yet more', reason));
  expect(verdict(next).findings).toEqual([]);
}, 20_000);

it('without a place it is kept in memory, and that is said', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'audit'), 'a file where the folder should be');
  const log = newLog(folder, 'a1');
  const head = log.append(ask('1'));
  expect(head).toMatchObject({ seq: 1, inMemory: true });
  const answer = log.read();
  expect(answer).toMatchObject({ folder: null, why: expect.stringMatching(/EEXIST|ENOTDIR/) });
  expect(answer.records.map(({ call }) => call)).toEqual(['1']);
  for (let i = 0; i < LIMITS.maxAuditRecords + 10; i++) log.append(ask(String(i)));
  expect(log.read().records.length).toBeLessThanOrEqual(LIMITS.maxAuditRecords + 1);
  expect(verdict(log).findings).toEqual([]);
});

it('a folder that is open to others is not used', () => {
  const folder = temporaryFolder();
  newLog(folder, 'a1').append(ask('1'));
  chmodSync(path.join(folder, 'audit/game~fra-1'), 0o755);
  const next = newLog(folder, 'b2');
  expect(next.append(ask('2'))).toMatchObject({ inMemory: true });
  expect(next.read().why).toContain('open to others');
});
