import { expect, test } from 'vitest';
import { cameTo, NO_TRAIL, type Spot, stepped } from '../../renderer/store/trail.ts';

const at = (key: string | null, instance = 'i'): Spot => ({ page: 'tree', instance, key });
const always = () => true;

/** Comes to each of these, so many milliseconds one after the other. */
function walked(spots: readonly Spot[], everyMs = 2000) {
  return spots.reduce((trail, spot, index) => cameTo(trail, spot, 10_000 + index * everyMs), NO_TRAIL);
}

test('back and forward lead over the places in order', () => {
  const trail = walked([at('a'), at('b'), { page: 'wrong', instance: null, key: null }, at('c')]);
  const back = stepped(trail, -1, always)!;
  expect(back.spot.page).toBe('wrong');
  const further = stepped(back.trail, -1, always)!;
  expect(further.spot).toEqual(at('b'));
  expect(stepped(further.trail, 1, always)?.spot.page).toBe('wrong');
  expect(stepped(trail, 1, always)).toBeNull();
});

test('what was passed through quickly is no place; another instance always is', () => {
  expect(walked([at('a'), at('b'), at('c'), at('d')], 100).spots).toEqual([at('d')]);
  const trail = walked([at('a'), at('b', 'other')], 100);
  expect(trail.spots).toEqual([at('a'), at('b', 'other')]);
});

test('who turns off the way loses what lay ahead', () => {
  const trail = walked([at('a'), at('b'), at('c')]);
  const back = stepped(stepped(trail, -1, always)!.trail, -1, always)!;
  const turned = cameTo(back.trail, at('d'), 99_000);
  expect(turned.spots).toEqual([at('a'), at('d')]);
  expect(stepped(turned, 1, always)).toBeNull();
});

test('what is no longer there is passed over, and stays for when it is', () => {
  const trail = walked([at('a'), at('gone'), at('c')]);
  const back = stepped(trail, -1, ({ key }) => key !== 'gone')!;
  expect(back.spot).toEqual(at('a'));
  expect(stepped(back.trail, 1, always)?.spot).toEqual(at('gone'));
  expect(stepped(trail, -1, () => false)).toBeNull();
});

test('the same place again is not another, and the way is bounded', () => {
  expect(walked([at('a'), at('a'), at('a')]).spots).toHaveLength(1);
  const long = walked(Array.from({ length: 500 }, (_, index) => at(String(index))));
  expect(long.spots).toHaveLength(100);
  expect(long.at).toBe(99);
  expect(long.spots.at(-1)).toEqual(at('499'));
});
