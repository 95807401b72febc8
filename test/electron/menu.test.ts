// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import type { MenuRow } from '../../electron/ipc.ts';
import { menuTemplate } from '../../electron/menu-template.ts';
import { COMMANDS } from '../../renderer/command/commands.ts';
import { menuRows } from '../../renderer/command/send-menu.ts';

type Entry = { label?: string; id?: string; accelerator?: string; registerAccelerator?: boolean };
const entries = (isMac: boolean, chosen: string[] = []) =>
  menuTemplate(menuRows(), isMac, (id) => chosen.push(id)).flatMap(({ submenu }) =>
    Array.isArray(submenu) ? (submenu as (Entry & { click?: () => void })[]) : [],
  );

test('every command stands in the menu of its group, and what is chosen is named by its id', () => {
  const chosen: string[] = [];
  const found = entries(false, chosen).filter(({ id }) => id !== undefined);
  expect(found.map(({ id }) => id).toSorted()).toEqual(COMMANDS.map(({ id }) => id).toSorted());
  found.find(({ id }) => id === 'pause')?.click?.();
  expect(chosen).toEqual(['pause']);
});

test('the menu takes no key away from the window: a letter may be typed, and counts in one pane', () => {
  for (const { id, accelerator, registerAccelerator } of entries(false)) {
    if (accelerator !== undefined) expect(registerAccelerator, id).toBe(false);
  }
  for (const { id, accelerator } of entries(true)) {
    if (accelerator !== undefined) expect(accelerator, id).toContain('CommandOrControl');
  }
});

test('a chord is told as Electron writes it; what it does not know is left out, it would throw', () => {
  const told = (keys: string) => {
    const row: MenuRow = { id: 'x', title: 'X', group: 'Go', keys, isOffered: true };
    const go = menuTemplate([row], false, () => {}).find(({ label }) => label === 'Go')!;
    return (go.submenu as Entry[])[0]?.accelerator;
  };
  expect(told('Mod+K')).toBe('CommandOrControl+K');
  expect(told('Alt+ArrowLeft')).toBe('Alt+Left');
  expect(told('Mod++')).toBe('CommandOrControl+Plus');
  expect(told('Shift+F6')).toBe('Shift+F6');
  expect(told('nonsense')).toBeUndefined();
  expect(told('')).toBeUndefined();
});
