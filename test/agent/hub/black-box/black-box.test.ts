import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { BlackBox, boxName } from '../../../../agent/hub/black-box/black-box.ts';
import { boxEvent } from '../../../../agent/hub/black-box/box-event.ts';
import { bootId, pidNamespace } from '../../../../agent/hub/black-box/machine.ts';
import { sweepBoxes, takePrevious } from '../../../../agent/hub/black-box/previous.ts';
import { identityOf } from '../../../../agent/hub/proc.ts';
import { findBoxes, readBox } from '../../../../client/black-box/read.ts';
import { type BoxHeader, decodeBox } from '../../../../protocol/black-box.ts';
import type { LedgerEvent } from '../../../../protocol/ledger.ts';
import { LIMITS } from '../../../../protocol/limits.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const node = { id: '4121.0.1', lineage: 'app/games', incarnation: 1 };

function headerOf(pid: number, startedAt: number, startTicks: number | null = 1): BoxHeader {
  const here = { bootId: bootId(), pidNamespace: pidNamespace() };
  const names = { keptAs: 'game~fra-1', service: 'game', instance: 'fra-1', epoch: `e${startedAt}` };
  return { format: 1, ...names, ...here, pid, startTicks, startedAt, node: '24', agent: '0.1.0' };
}

it('is a file for its user alone, written at once for what matters', async () => {
  const folder = path.join(temporaryFolder(), 'black-box/game~fra-1');
  const box = new BlackBox(folder, headerOf(4121, 1000));
  const author = { key: 'local', name: 'ada' };
  await box.pending({ act: 'kill', call: 'c', author, reason: 'r', at: 5, signal: 'SIGKILL' });
  box.blocked('thread:a', ['x'], 3);
  box.blocked('main', ['y'], 4);
  expect(statSync(box.file!).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const { words } = decodeBox(readFileSync(box.file!))!;
  expect(words!.pending).toMatchObject({ call: 'c', signal: 'SIGKILL' });
  expect(words!.blocked.map(({ lineage }) => lineage)).toEqual(['main', 'thread:a']);
  box.blocked('main', null);
  expect(decodeBox(readFileSync(box.file!))!.words!.blocked.map(({ lineage }) => lineage)).toEqual([
    'thread:a',
  ]);
});

it('events reach it within a tenth of a second, of a storm the last ones', async () => {
  const box = new BlackBox(path.join(temporaryFolder(), 'a/b'), headerOf(4121, 1000));
  for (let seq = 1; seq <= 5000; seq++) box.event({ kind: 'ready', node, seq, at: seq, t: seq });
  await expect
    .poll(() => decodeBox(readFileSync(box.file!))!.events.at(-1)?.seq, { timeout: 2000 })
    .toBe(5000);
});

it('without a place there is none, and everything else goes on', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'black-box'), '');
  const box = new BlackBox(path.join(folder, 'black-box/game'), headerOf(4121, 1000));
  expect(box).toMatchObject({ file: null, why: expect.stringMatching(/EEXIST|ENOTDIR/) });
  box.event({ kind: 'ready', node, seq: 1, at: 1, t: 1 });
  box.blocked('main', []);
  // There folders cannot be made, and Node's own recursive mkdir would try for ever.
  expect(new BlackBox('/proc/nowhere/black-box/game', headerOf(4121, 1000)).file).toBeNull();
});

it('an event in it is bounded, and holds no secret and no value of the state', () => {
  const exited = {
    kind: 'exited',
    node,
    reason: 'cannot reach postgres://web:hunter22@db/games',
    stack: 'x'.repeat(100_000),
    seq: 1,
    at: 1,
    t: 1,
  } as LedgerEvent;
  expect(boxEvent(exited).length).toBeLessThan(4000);
  expect(boxEvent(exited)).not.toContain('hunter22');
  const places = [{ path: '/board', change: 'changed', before: 'planted-1', after: 'planted-2' }];
  const lost = {
    kind: 'lost',
    node,
    previous: node,
    call: 'c',
    lost: { state: { gone: 0, changed: 1, added: 0, places, isPartial: false }, backlog: null },
  };
  const text = boxEvent({ ...lost, seq: 1, at: 1, t: 1 } as unknown as LedgerEvent);
  expect(text).toContain('/board');
  expect(text).not.toContain('planted');
});

it('the next life gets the box of the one that ended last, once; what lives keeps its own', async () => {
  const folder = path.join(temporaryFolder(), 'black-box/game~fra-1');
  const ticks = identityOf(process.pid)!.startTicks;
  const living = new BlackBox(folder, headerOf(process.pid, 3000, ticks));
  for (const startedAt of [1000, 2000])
    new BlackBox(folder, headerOf(process.pid, startedAt, ticks + startedAt));
  const own = path.join(folder, boxName(headerOf(process.pid, 4000)));
  expect((await takePrevious(folder, own))?.header.epoch).toBe('e2000');
  expect(await takePrevious(folder, own)).toBeNull();
  expect(readdirSync(folder).filter((name) => name.endsWith('.box'))).toEqual([path.basename(living.file!)]);
  expect(await takePrevious(path.join(folder, 'none'), own)).toBeNull();
});

it('a box from another namespace of pids is called dead only when it is written to no more', async () => {
  const folder = path.join(temporaryFolder(), 'black-box/game~fra-1');
  const elsewhere = { ...headerOf(1, 1000), pidNamespace: 'pid:[another]' };
  const box = new BlackBox(folder, elsewhere);
  const sampled = { threads: new Map() } as never;
  const writing = setInterval(() => box.sample(sampled), 200);
  expect(await takePrevious(folder, 'own')).toBeNull();
  clearInterval(writing);
  expect((await takePrevious(folder, 'own'))?.header.epoch).toBe('e1000');
}, 15_000);

it('boxes of another age go, and of the ended ones all but the newest', async () => {
  const root = path.join(temporaryFolder(), 'black-box');
  const folder = path.join(root, 'game~fra-1');
  for (let startedAt = 1; startedAt <= LIMITS.maxPastBoxes + 3; startedAt++) {
    new BlackBox(folder, headerOf(process.pid, startedAt, 1));
  }
  await takePrevious(folder, 'own');
  new BlackBox(path.join(root, 'old~one'), headerOf(process.pid, 1, 1));
  const [old] = readdirSync(path.join(root, 'old~one'));
  utimesSync(path.join(root, 'old~one', old!), 1000, 1000);
  await sweepBoxes(root, Date.now());
  expect(readdirSync(folder)).toHaveLength(LIMITS.maxPastBoxes);
  expect(readdirSync(root)).toEqual(['game~fra-1']);
});

it('can be found by name, and read, when the service does not come back', async () => {
  const state = temporaryFolder();
  const box = new BlackBox(path.join(state, 'black-box/game~fra-1'), headerOf(4121, 1000));
  for (const name of ['fra-1', 'game', 'game~fra-1', null]) {
    expect((await findBoxes(name, state)).map(({ file }) => file)).toEqual([box.file]);
  }
  expect(await findBoxes('lax-1', state)).toEqual([]);
  await expect(readBox(path.join(state, 'none'))).rejects.toMatchObject({ code: 'NO_BLACK_BOX' });
  writeFileSync(path.join(state, 'noise'), 'noise');
  await expect(readBox(path.join(state, 'noise'))).rejects.toMatchObject({ code: 'NO_BLACK_BOX' });
});
