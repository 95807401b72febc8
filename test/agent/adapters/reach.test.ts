import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { reach } from '../../../agent/adapters/reach.ts';
import { own } from '../../../agent/adapters/read.ts';

class Wanted {
  readonly mark = 'wanted';
}
const isWanted = (value: object): value is Wanted => own(value, 'mark') === 'wanted';

test('what a listener closes over, or is bound to, is reached from the emitter', () => {
  const wanted = new Wanted();
  const closes = new EventEmitter().on('x', () => void wanted.mark);
  expect(reach(closes, isWanted)).toBe(wanted);
  function listener(this: Wanted): void {}
  const bound = new EventEmitter().on('x', listener.bind(wanted));
  expect(reach(bound, isWanted)).toBe(wanted);
  const argument = new EventEmitter().on(
    'x',
    Function.prototype.bind.call(listener, null, { deep: [wanted] }),
  );
  expect(reach(argument, isWanted)).toBe(wanted);
});

test('Maps, Sets, arrays and symbols lead on; getters, proxies and what is not there do not', () => {
  const wanted = new Wanted();
  expect(reach({ map: new Map([['a', new Set([[wanted]])]]) }, isWanted)).toBe(wanted);
  expect(reach({ [Symbol('s')]: { wanted } }, isWanted)).toBe(wanted);
  const trap = new Proxy(wanted, { getOwnPropertyDescriptor: () => expect.unreachable() });
  const object = {
    trap,
    get secret(): never {
      throw new Error('run');
    },
  };
  expect(reach(object, isWanted)).toBeNull();
  expect(reach(null, isWanted)).toBeNull();
});

test('it ends on what has no end', () => {
  const endless: { next?: object } = {};
  let last = endless;
  for (let count = 0; count < 100_000; count++) last = last.next = {};
  last.next = new Wanted();
  expect(reach(endless, isWanted)).toBeNull();
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  expect(reach(cycle, isWanted)).toBeNull();
});
