import { describe, expect, test } from 'vitest';
import { matcher } from '../../renderer/store/rows.ts';
import { nextStep } from '../../renderer/tree/keys.ts';
import { pieces } from '../../renderer/ui/marked.tsx';
import { matchingRows, openRows } from '../support/plain-rows.ts';
import { aNode } from '../support/tree-data.ts';

const children = new Map<string | null, string[]>([
  [null, ['a']],
  ['a', ['b', 'c']],
  ['b', ['d', 'e']],
]);
const childrenOf = (id: string | null) => children.get(id) ?? [];

test('rows are what is open, with ARIA’s levels and places', () => {
  expect(openRows(childrenOf, (id) => id === 'a')).toEqual([
    { id: 'a', level: 1, isOpen: true, hasChildren: true, position: 1, siblings: 1 },
    { id: 'b', level: 2, isOpen: false, hasChildren: true, position: 1, siblings: 2 },
    { id: 'c', level: 2, isOpen: false, hasChildren: false, position: 2, siblings: 2 },
  ]);
});

test('a search keeps what matches with its ancestors, and counts what matches', () => {
  const { rows, matched } = matchingRows(childrenOf, (id) => id === 'e');
  expect(rows.map(({ id }) => id)).toEqual(['a', 'b', 'e']);
  expect(matched).toEqual(['e']);
});

test('every word has to be somewhere: name, lineage, id, kind, status, command', () => {
  const node = aNode({
    id: '4121.0.17',
    name: '7f3a',
    lineage: 'app/games/7f3a',
    status: 'blocked',
    command: 'Bot.js',
  });
  for (const query of ['7F3A', 'games blocked', '0.17', 'worker', 'bot.js', ''])
    expect(matcher(query)(node), query).toBe(true);
  for (const query of ['7f3b', 'games running']) expect(matcher(query)(node), query).toBe(false);
});

test('found words are marked where they stand, overlapping ones as one', () => {
  const marked = (text: string, ...words: string[]) =>
    pieces(text, words)
      .map(({ text: piece, isHit }) => (isHit ? `[${piece}]` : piece))
      .join('');
  expect(marked('Games of games', 'game')).toBe('[Game]s of [game]s');
  expect(marked('ababa', 'aba')).toBe('[ababa]');
  expect(marked('none', 'x')).toBe('none');
});

describe('keys', () => {
  const rows = openRows(childrenOf, () => true);
  const press = (key: string, at: number) =>
    nextStep({ key, ctrlKey: false, altKey: false, metaKey: false }, rows, at, 2);

  test.each([
    ['ArrowDown', 0, { kind: 'go', index: 1 }],
    ['ArrowDown', 4, { kind: 'go', index: 4 }],
    ['ArrowDown', -1, { kind: 'go', index: 0 }],
    ['ArrowUp', -1, { kind: 'go', index: 4 }],
    ['PageDown', 1, { kind: 'go', index: 3 }],
    ['End', 0, { kind: 'go', index: 4 }],
    ['Home', 3, { kind: 'go', index: 0 }],
    ['ArrowLeft', 1, { kind: 'open', isOpen: false }],
    ['ArrowLeft', 3, { kind: 'go', index: 1 }],
    ['ArrowRight', 0, { kind: 'go', index: 1 }],
    ['ArrowRight', 2, null],
    ['x', 0, null],
  ] as const)('%s at row %d', (key, at, step) => {
    expect(press(key, at)).toEqual(step);
  });

  test('what belongs to the system is left alone', () => {
    const held = { key: 'ArrowDown', ctrlKey: true, altKey: false, metaKey: false };
    expect(nextStep(held, rows, 0, 2)).toBeNull();
  });
});
