// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import type { FleetView } from '../../electron/ipc.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { chordWords, isPressed, readChord } from '../../renderer/command/chord.ts';
import { COMMANDS } from '../../renderer/command/commands.ts';
import { commandFor } from '../../renderer/command/use-keys.ts';
import { fleet, observedAt } from '../../renderer/store/desk.ts';
import { setPlace, show } from '../../renderer/store/interface.ts';
import { chosen, NOWHERE } from '../../renderer/store/place.ts';
import { sheetSections } from '../../renderer/ui/key-sheet.tsx';
import { shopTree } from '../support/shop-data.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

const KEY = 'i';
const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

/** Opens an instance with this node selected. */
function select(node: TreeNode): void {
  const { tree } = observedAt(KEY);
  tree.receive({ snapshot: snapshotOf([node]) });
  tree.commit();
  setPlace(KEY, chosen(NOWHERE, tree, node.id));
}

beforeEach(() => {
  const armed = { mine: null, others: [] };
  const instance = { key: KEY, state: 'live', capabilities: ['observe', 'control'], armed };
  const environments = [{ name: 'e', isLocal: false, tunnel: null, instances: [instance] }];
  fleet.set({ environments } as unknown as FleetView);
  show({ instance: KEY, asked: null });
});

describe('the table', () => {
  test('names each command once, and shows every one that has a key in the sheet', () => {
    const ids = COMMANDS.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    const shown = sheetSections().flatMap(({ keys }) => keys.map(([chords]) => chords));
    for (const { id, keys } of COMMANDS) if (keys.length > 0) expect(shown, id).toContain(keys);
  });

  test('lets no two commands have one key where both count, but for suspend and resume', () => {
    const shared = COMMANDS.flatMap((one, index) =>
      COMMANDS.slice(index + 1)
        .filter(({ panes }) => !one.panes || !panes || panes.some((pane) => one.panes!.includes(pane)))
        .filter((other) => one.keys.some((key) => other.keys.includes(key)))
        .map((other) => [one.id, other.id]),
    );
    expect(shared).toEqual([['suspend', 'resume']]);
  });

  test('says why a command is not offered, where it is not', () => {
    show({ instance: null });
    for (const { id, isOffered } of COMMANDS) expect(isOffered(), id).not.toBe('');
  });
});

describe('a key', () => {
  const thread = aNode({ id: '1.0', kind: 'thread', host: null });

  test('asks for the act that means something for what is selected', () => {
    select(thread);
    expect(commandFor(press('p'), 'tree', false)?.id).toBe('suspend');
    select({ ...thread, status: 'suspended' });
    expect(commandFor(press('p'), 'tree', false)?.id).toBe('resume');
    select(shopTree().find(({ name }) => name === 'cache')!);
    expect(commandFor(press('Delete'), 'tree', false)?.isOffered()).toBe(true);
    expect(commandFor(press('b'), 'tree', false)?.isOffered()).toBe('It is no blocked thread');
  });

  test('of the tree counts in the tree alone, and none without a modifier while typing', () => {
    select(thread);
    expect(commandFor(press('k'), 'timeline', false)).toBeUndefined();
    expect(commandFor(press('k'), 'tree', true)).toBeUndefined();
    expect(commandFor(press('?'), null, true)).toBeUndefined();
    expect(commandFor(press('?', { shiftKey: true }), null, false)?.id).toBe('keys');
    expect(commandFor(press('F6'), null, true)?.id).toBe('next-pane');
    expect(commandFor(press('F6', { shiftKey: true }), null, true)?.id).toBe('previous-pane');
    expect(commandFor(press('a', { ctrlKey: true }), null, false)).toBeUndefined();
  });

  test('is told by its place where the keyboard writes another script', () => {
    expect(isPressed(readChord('K'), press('л', { code: 'KeyK' }), false)).toBe(true);
    expect(isPressed(readChord('Mod+K'), press('k', { metaKey: true }), true)).toBe(true);
    expect(isPressed(readChord('Mod+K'), press('k', { metaKey: true }), false)).toBe(false);
    expect(isPressed(readChord('Mod++'), press('+', { ctrlKey: true }), false)).toBe(true);
    expect(chordWords('Mod+Shift+ArrowLeft', false)).toEqual(['Ctrl', 'Shift', '←']);
  });
});
