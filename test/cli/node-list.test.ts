import { describe, expect, it } from 'vitest';
import { nodeListText } from '../../cli/text/node-list.ts';
import { paintWith } from '../../cli/text/paint.ts';
import { aNodeRow } from '../support/node-list-data.ts';

const paint = paintWith(false);
const live = { process: 1, thread: 2, supervisor: 1, worker: 99_000, component: 0 };

describe('the list of nodes as text', () => {
  it('has figures to the right, what is not known as a dash, and the name last', () => {
    const rows = [
      aNodeRow({
        id: '4121',
        kind: 'process',
        lineage: 'process:web',
        cpuPercent: 97.4,
        rssBytes: 90 * 1024 ** 2,
        memoryPerS: -2048,
      }),
      aNodeRow({ backlog: 12, backlogPerS: 3.25, restarts: 4, restartsPerS: 0.5, status: 'blocked' }),
    ].map((row) => ({ ...row, instance: 'fra-1' }));
    const text = nodeListText(
      { instances: 1, live, matching: 99_004, rows },
      { names: ['fra-1'], sort: 'busy', paint, now: 3000, width: Number.POSITIVE_INFINITY },
    );
    expect(text).toEqual([
      'fra-1  1 process, 2 threads, 1 supervisor, 99,000 workers  2 of 99,004 by busy',
      'BUSY  DELAY  MEMORY     /S  BACKLOG    /S  RESTARTS   /S   UP  STATUS   NODE',
      ' 97%      -   90 MB  -2 KB        -     -         -    -  3 s  running  process:web (4121)',
      '   -      -       -      -       12  +3.3         4  0.5  3 s  blocked  app/worker (1.0.1)',
    ]);
  });

  it('leaves columns out on a narrow terminal before it leaves no room for the names', () => {
    const rows = [{ ...aNodeRow({ cpuPercent: 9, rssBytes: 1, backlog: 2 }), instance: 'fra-1' }];
    const heads = (width: number) =>
      nodeListText(
        { instances: 1, live, matching: 1, rows },
        { names: ['fra-1'], sort: 'busy', paint, now: 0, width },
      )[1]!.split(/ {2,}/);
    expect(heads(200)).toHaveLength(11);
    expect(heads(80)).toEqual(['BUSY', 'MEMORY', '/S', 'BACKLOG', '/S', 'RESTARTS', 'STATUS', 'NODE']);
    expect(heads(20)).toEqual(['BUSY', 'MEMORY', 'BACKLOG', 'STATUS', 'NODE']);
  });

  it('tells several instances apart, and a name of the service cannot break the table', () => {
    const rows = [{ ...aNodeRow({ lineage: 'app/a\nb' }), instance: 'lax-1' }];
    const text = nodeListText(
      { instances: 2, live, matching: 1, rows },
      { names: ['fra-1', 'lax-1'], sort: 'name', paint, now: 0, width: Number.POSITIVE_INFINITY },
    );
    expect(text[0]).toMatch(/^2 instances {2}/);
    expect(text[2]).toMatch(/running {2}lax-1 {5}app\/a\\nb \(1\.0\.1\)$/);
  });
});
