// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FleetView } from '../../electron/ipc.ts';
import { COMMANDS } from '../../renderer/command/commands.ts';
import {
  findCommands,
  findNodes,
  MOST_SHOWN,
  ranked,
  scoreOf,
  wordsOf,
} from '../../renderer/command/palette/find.ts';
import { openPalette } from '../../renderer/command/palette/open.ts';
import { Palette } from '../../renderer/command/palette/palette.tsx';
import { fleet, observedAt } from '../../renderer/store/desk.ts';
import { placeOf, setPlace, show, useInterface } from '../../renderer/store/interface.ts';
import { NOWHERE } from '../../renderer/store/place.ts';
import { shopTree } from '../support/shop-data.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

const titles = (query: string) =>
  findNodes(wordsOf(query), shopTree()).found.map((found) => found.kind === 'node' && found.node.lineage);

describe('what is found', () => {
  test('is called so rather than hangs from it, and lives rather than has ended', () => {
    const tree = [
      aNode({ id: '1', name: 'cache', lineage: 'app/cache' }),
      aNode({ id: '2', name: 'cache', lineage: 'app/pool/cache', status: 'exited', endedAt: 1 }),
      aNode({ id: '3', name: 'old', lineage: 'cache/old' }),
    ];
    const ids = findNodes(['cache'], tree).found.map(({ id }) => id);
    expect(ids).toEqual(['node 1', 'node 3', 'node 2']);
  });

  test('has every word of the query, wherever it stands', () => {
    expect(titles('app cache')).toContain('app/cache');
    expect(titles('cache zebra')).toEqual([]);
    expect(titles('')).toEqual([]);
    expect(scoreOf('Copy link', ['link'])).toBeLessThan(scoreOf('Blinking', ['link'])!);
    expect(scoreOf('a.b', ['.'])).not.toBeNull();
  });

  test('is bounded over 100,000 nodes, and says how many more there are', () => {
    const many = Array.from({ length: 100_000 }, (_, at) =>
      aNode({ id: `1.${at}`, name: `w${at}`, lineage: `app/pool/w${at}` }),
    );
    const { found, more } = findNodes(['pool', 'w9'], many);
    expect(found).toHaveLength(MOST_SHOWN);
    expect(found[0]).toMatchObject({ node: { name: 'w9' } });
    expect(more).toBe(11_111 - MOST_SHOWN);
  });

  test('stands under the section with the likeliest', () => {
    const sections = ranked([
      findCommands(wordsOf('cache'), COMMANDS),
      findNodes(wordsOf('cache'), shopTree()),
    ]);
    expect(sections[0]?.title).toBe('Nodes');
  });
});

describe('the palette', () => {
  beforeEach(() => {
    window.perch = { call: async () => ({ ok: true as const, value: null as never }), onPush() {} };
    Element.prototype.scrollIntoView = () => {};
    const armed = { mine: null, others: [] };
    const trouble = { blocked: 0, stragglers: 0 };
    const instance = { key: 'i', name: 'shop', state: 'connecting', capabilities: [], armed, trouble };
    const environments = [{ name: 'e', isLocal: false, tunnel: null, instances: [instance] }];
    fleet.set({ environments, findings: [] } as unknown as FleetView);
    const { tree } = observedAt('i');
    tree.receive({ snapshot: snapshotOf(shopTree()) });
    tree.commit();
    setPlace('i', NOWHERE);
    show({ instance: 'i', page: 'tree', view: 'outline', isPaletteOpen: false });
  });
  afterEach(cleanup);

  const type = (query: string) => {
    fireEvent.change(screen.getByRole('combobox'), { target: { value: query } });
  };
  const press = (key: string) => fireEvent.keyDown(screen.getByRole('combobox'), { key });

  test('does the command that is named, once it is closed', async () => {
    render(<Palette />);
    openPalette();
    await screen.findByRole('combobox');
    type('drawing');
    press('Enter');
    expect(useInterface.getState()).toMatchObject({ isPaletteOpen: false });
    await expect.poll(() => useInterface.getState().view).toBe('drawing');
  });

  test('shows what is not offered, with why, and does not do it', async () => {
    render(<Palette />);
    openPalette();
    await screen.findByRole('combobox');
    type('kill');
    const kill = await screen.findByRole('option', { name: /Kill/ });
    expect(kill.getAttribute('aria-disabled')).toBe('true');
    expect(kill.textContent).toContain('Select a node first');
    fireEvent.click(kill);
    press('Enter');
    expect(useInterface.getState()).toMatchObject({ isPaletteOpen: true, asked: null });
  });

  test('goes to a node, its ancestors open', async () => {
    render(<Palette />);
    openPalette();
    await screen.findByRole('combobox');
    type('app/cache');
    await screen.findByRole('option', { name: /app\/cache/ });
    press('ArrowDown');
    press('ArrowUp');
    press('Enter');
    const id = shopTree().find(({ lineage }) => lineage === 'app/cache')!.id;
    await expect.poll(() => placeOf('i').selected?.id).toBe(id);
  });
});
