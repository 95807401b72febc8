import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopN } from '../../../../agent/hub/node-list/top-n.ts';

test('it keeps what sorting everything would put first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: 0, max: 20 }), (all, most) => {
      const top = new TopN<number>(most, (a, b) => b - a);
      for (const item of all) top.offer(item, (same) => same);
      expect(top.sorted()).toEqual([...all].sort((a, b) => b - a).slice(0, most));
    }),
  );
});

test('what is offered may be one object, filled again: a copy is made of what is kept only', () => {
  const top = new TopN<{ value: number }>(2, (a, b) => a.value - b.value);
  const filled = { value: 0 };
  let copies = 0;
  for (const value of [5, 1, 9, 9, 9, 3]) {
    filled.value = value;
    top.offer(filled, (item) => {
      copies++;
      return { ...item };
    });
  }
  expect(top.sorted()).toEqual([{ value: 1 }, { value: 3 }]);
  expect(copies).toBe(3);
});
