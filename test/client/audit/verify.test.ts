/** Real files of an agent's log, tampered with in each way there is, held against the heads a client kept. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { AuditLog, sha256 as agentSha256 } from '../../../agent/hub/audit/audit-log.ts';
import { headsFile, headsFileOf, keepHead, keptHeads } from '../../../client/audit/heads.ts';
import { verifyAnswer, verifyFiles } from '../../../client/audit/verify.ts';
import { type AuditRecord, canonical } from '../../../protocol/audit.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { InstanceInfo } from '../../../protocol/tree.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const KEPT_AS = 'game~fra-1~0123456789ab';
const instance = { service: 'game', instance: 'fra-1', epoch: 'e1', keptAs: KEPT_AS } as InstanceInfo;
let state: string;
let place: string;
let heads: string;

beforeEach(async () => {
  state = temporaryFolder();
  place = path.join(state, 'audit', KEPT_AS);
  heads = headsFile(instance, state);
  // Two lives of the service, three acts each; the client was given a receipt for each.
  for (const mark of ['a1', 'b2']) {
    const log = new AuditLog(place, mark);
    for (const call of ['1', '2', '3']) {
      const author = { key: 'SHA256:ada', name: 'ada' };
      const head = log.append({
        author,
        act: 'kill',
        call,
        target: 'app',
        reason: 'r',
        outcome: 'restarted',
      });
      await keepHead(instance, head, state);
    }
  }
});

const file = (index: number) => path.join(place, readdirSync(place).sort()[index]!);
const linesOf = (index: number) => readFileSync(file(index), 'utf8').trimEnd().split('\n');
const write = (index: number, lines: readonly string[]) =>
  writeFileSync(file(index), lines.map((line) => `${line}\n`).join(''));
const kinds = async () => (await verifyFiles(place, heads)).findings.map(({ kind, seq }) => `${kind} ${seq}`);

it('what nobody touched is what it was, asked of the agent or read from its files', async () => {
  const whole = { findings: [], records: 8, heads: 6, headsFound: 6, headsDropped: 0, torn: [] };
  expect(await verifyFiles(place, heads)).toMatchObject({ ...whole, place });
  expect(await verifyAnswer(new AuditLog(place, 'c3').read(), instance, heads)).toMatchObject(whole);
  expect(statSync(heads).mode & 0o777).toBe(0o600);
});

it('a changed record does not have its hash', async () => {
  const lines = linesOf(0);
  write(0, [lines[0]!, lines[1]!.replace('"restarted"', '"refused"'), ...lines.slice(2)]);
  expect(await kinds()).toEqual(['altered 2']);
});

it('a changed record with a hash made anew breaks the chain behind it, and the receipt knows another', async () => {
  const lines = linesOf(0);
  const record = { ...(JSON.parse(lines[1]!) as AuditRecord), reason: 'another' };
  const forged = JSON.stringify({ ...record, hash: agentSha256(canonical(record)) });
  write(0, [lines[0]!, forged, ...lines.slice(2)]);
  expect(await kinds()).toEqual(['broken 3', 'rewritten 2']);
});

it('a record taken out leaves a gap', async () => {
  const lines = linesOf(0);
  write(0, lines.toSpliced(2, 1));
  expect(await kinds()).toEqual(['broken 4', 'truncated 3']);
});

it('an end that was cut off is found by the kept head alone', async () => {
  write(1, linesOf(1).slice(0, -1));
  expect(await kinds()).toEqual(['truncated 8']);
  expect((await verifyFiles(place, path.join(state, 'none'))).findings).toEqual([]);
});

it('the last file taken away, or all of them', async () => {
  rmSync(file(1));
  expect(await kinds()).toEqual(['truncated 6', 'truncated 7', 'truncated 8']);
  rmSync(file(0));
  await expect(verifyFiles(place, heads)).rejects.toMatchObject({ code: 'NO_AUDIT_LOG' });
  const answer = new AuditLog(place, 'c3').read();
  expect((await verifyAnswer(answer, instance, heads)).findings).toHaveLength(6);
});

it('the first file taken away', async () => {
  rmSync(file(0));
  expect(await kinds()).toEqual(['broken 5', 'truncated 2', 'truncated 3', 'truncated 4']);
});

it('a whole log written anew, each hash right', async () => {
  rmSync(place, { recursive: true });
  const log = new AuditLog(place, 'd4');
  for (const call of ['1', '2', '3', '4', '5', '6', '7', '8']) {
    const author = { key: 'SHA256:eve', name: 'ada' };
    log.append({ author, act: 'kill', call, target: 'app', reason: 'r', outcome: 'restarted' });
  }
  expect(new Set(await kinds())).toEqual(new Set([2, 3, 4, 6, 7, 8].map((seq) => `rewritten ${seq}`)));
  expect((await verifyFiles(place, path.join(state, 'none'))).findings).toEqual([]);
});

it('a line that is no record, and half of one', async () => {
  const lines = linesOf(1);
  writeFileSync(file(1), `${lines.join('\n')}\nnonsense\n{"seq":`);
  const verification = await verifyFiles(place, heads);
  expect(verification.findings).toMatchObject([
    { kind: 'unread', words: expect.stringMatching(/^line 5 of /) },
  ]);
  expect(verification.torn).toMatchObject([{ bytes: 7 }]);
  const answer = new AuditLog(place, 'c3').read();
  expect((await verifyAnswer(answer, instance, heads)).findings).toMatchObject([{ kind: 'unread' }]);
});

it('what stood in the memory of an earlier life is not missed; of this one it is', async () => {
  await keepHead(instance, { seq: 9, hash: 'f'.repeat(64), inMemory: true }, state);
  expect(await kinds()).toEqual([]);
  const answer = new AuditLog(place, 'c3').read();
  expect((await verifyAnswer(answer, instance, heads)).findings).toHaveLength(1);
  expect((await verifyAnswer(answer, { ...instance, epoch: 'e2' }, heads)).findings).toEqual([]);
});

it('keeps the newest heads within its bound, and a name from the wire within its folder', async () => {
  const last = LIMITS.maxKeptHeads * 2.5;
  for (let seq = 1; seq <= last; seq++) {
    await keepHead(instance, { seq, hash: 'a'.repeat(64) }, state);
  }
  const kept = await keptHeads(heads);
  expect(kept.length).toBeLessThan(last);
  expect(kept.at(-1)!.seq).toBe(last);
  expect(statSync(heads).size).toBeLessThan(LIMITS.maxKeptHeads * 201);
  expect(path.dirname(headsFileOf('../../x/y', state))).toBe(path.join(state, 'audit-heads'));
  await keepHead(instance, { seq: 1, hash: 'b' }, path.join(heads, 'no folder'));
});
