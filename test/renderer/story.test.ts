import { describe, expect, test } from 'vitest';
import { hasStory, storyOfRow, storyOfRun } from '../../renderer/act/story.ts';
import type { ActRun } from '../../renderer/store/acts.ts';
import { Timeline } from '../../renderer/store/timeline.ts';
import { numbered, shopLedger } from '../support/shop-data.ts';
import { shopAct } from '../support/shop-preview.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

function rows(events = shopLedger()) {
  const timeline = new Timeline();
  timeline.add('e1', events);
  return timeline.rows;
}

const run = (fields: Partial<ActRun> = {}): ActRun => ({
  call: 'c',
  act: 'kill',
  instance: 'i',
  node: { id: '4121.0.31', name: 'cache', lineage: 'app/cache', incarnation: 4, kind: 'worker' },
  reason: 'why not',
  details: {},
  progress: [],
  ended: null,
  error: null,
  ...fields,
});

describe('read off the ledger', () => {
  test('an act by anybody has its author, its phases, its budget and what it lost', () => {
    const story = storyOfRow(rows().findLast(hasStory)!, null);
    expect(story).toMatchObject({
      title: 'Kill',
      subject: 'app/cache',
      incarnation: 3,
      successor: 4,
      by: { name: 'ann@laptop' },
      reason: 'does it come back with a cold cache?',
      budget: { by: 'app', before: 1, after: 2, intensity: 5 },
      affected: ['app/checkout'],
      untouched: { same: 3, of: 3 },
      audit: { seq: 7 },
      lost: { backlog: { vanished: 6 } },
      isOver: true,
      isBad: false,
    });
    expect(story.steps.map(({ name, atMs }) => [name, Math.round(atMs! * 10) / 10])).toEqual([
      ['accepted', 0],
      ['exited', 2],
      ['decided', 2.5],
      ['started', 3.1],
      ['ready', 10.2],
    ]);
  });

  test('a crash begins with the exit, and shows where', () => {
    const story = storyOfRow(rows().find(({ what }) => what === 'ended')!, null);
    expect([story.title, story.by, story.reason]).toEqual(['Exit', null, null]);
    expect(story.steps[0]).toEqual({ name: 'exited', atMs: 0 });
    expect(story.frames[1]).toMatch(/^at Socket\.onData/);
    expect(plain(story.words)).toBe(
      'Error: connection reset by peer; app restarts it, and 1 more, 1 of 5 in 30 s',
    );
  });

  test('one whose successor is not ready is not over', () => {
    const story = storyOfRow(
      rows(numbered(shopLedger().filter(({ kind }) => kind !== 'ready'))).at(-2)!,
      null,
    );
    expect([story.isOver, story.steps.at(-1)!.atMs]).toEqual([false, null]);
  });
});

describe('of this window', () => {
  test('the receipt says all', () => {
    const story = storyOfRun(run({ ended: shopAct() }));
    expect(story).toMatchObject({ successor: 5, untouched: { same: 2, of: 3 }, audit: { seq: 41 } });
    expect(story.steps.map(({ atMs }) => atMs)).toEqual([0, 1.9, 2.2, 3.4, 8.2]);
  });

  test('a recovery that was measured is a phase more', () => {
    const phases = { ...shopAct().phases, recoveredMs: 900 };
    expect(storyOfRun(run({ ended: shopAct({ phases }) })).steps.at(-1)).toEqual({
      name: 'steady',
      atMs: 900,
    });
  });

  test('an act that ends nothing has no phases', () => {
    const phases = { exitedMs: null, decidedMs: null, startedMs: null, readyMs: null };
    expect(storyOfRun(run({ act: 'signal', ended: shopAct({ outcome: 'done', phases }) })).steps).toEqual([]);
  });
});
