import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeNodes } from '../../../client/fleet/merge-nodes.ts';
import { NODE_SORTS, type NodesAnswer, nodeOrder } from '../../../protocol/node-list.ts';
import { aNodeRow } from '../../support/node-list-data.ts';

function answer(epoch: string, rows: NodesAnswer['rows'], matching = rows.length): NodesAnswer {
  const live = { process: 1, thread: 2, supervisor: 0, worker: rows.length, component: 0 };
  return { epoch, at: 0, live, matching, rows };
}

const figure = fc.option(fc.integer({ min: 0, max: 9 }));
const someRow = fc
  .record({ backlog: figure, cpuPercent: figure, restarts: figure, lineage: fc.constantFrom('a', 'b', 'c') })
  .map((fields) => aNodeRow(fields));

test('the first of each instance are enough for the first of all, whatever the order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(someRow, { maxLength: 12 }), { maxLength: 4 }),
      fc.constantFrom(...NODE_SORTS),
      fc.boolean(),
      fc.integer({ min: 1, max: 6 }),
      (instances, sort, descending, limit) => {
        const order = nodeOrder(sort, descending);
        const named = instances.map((rows, at) => rows.map((row, n) => ({ ...row, id: `${at}.0.${n}` })));
        const asked = named.map((rows, at) => ({
          instance: `i${at}`,
          answer: answer(`e${at}`, [...rows].sort(order).slice(0, limit), rows.length),
        }));
        const merged = mergeNodes(asked, { sort, descending, limit });
        expect(merged.rows.map(({ id }) => id)).toEqual(
          named
            .flat()
            .sort(order)
            .slice(0, limit)
            .map(({ id }) => id),
        );
        expect(merged.matching).toBe(named.flat().length);
      },
    ),
  );
});

test('counts are added up, and an instance that is reached two ways counts once', () => {
  const row = aNodeRow({ id: '1' });
  const merged = mergeNodes(
    [
      { instance: 'fra-1', answer: answer('e1', [row], 40) },
      { instance: 'local', answer: answer('e1', [row], 40) },
      { instance: 'lax-1', answer: answer('e2', [row], 2) },
    ],
    {},
  );
  expect(merged).toMatchObject({ instances: 2, matching: 42, live: { process: 2, thread: 4, worker: 2 } });
  expect(merged.rows.map(({ instance }) => instance)).toEqual(['fra-1', 'lax-1']);
});
