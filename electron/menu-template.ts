import type { MenuItemConstructorOptions } from 'electron';
import type { MenuRow } from './ipc.ts';

/** The window's menu out of its commands: one menu a group, in their order, between what every app has. */
export function menuTemplate(
  rows: readonly MenuRow[],
  isMac: boolean,
  choose: (id: string) => void,
): MenuItemConstructorOptions[] {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    { role: 'editMenu' },
    ...groups.map((label) => ({
      label,
      submenu: [
        ...rows.filter(({ group }) => group === label).map((row) => item(row, isMac, choose)),
        ...(label === 'View' ? [{ type: 'separator' as const }, { role: 'togglefullscreen' as const }] : []),
      ],
    })),
    { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'close' }, { role: 'quit' }] },
  ];
}

function item(
  { id, title, keys, isOffered }: MenuRow,
  isMac: boolean,
  choose: (id: string) => void,
): MenuItemConstructorOptions {
  return {
    id,
    label: title.replaceAll('&', '&&'),
    enabled: isOffered,
    click: () => choose(id),
    ...accelerator(keys, isMac),
  };
}

/**
 * Shown beside the item; the window itself listens to the key, since it counts in one pane or not while typing. A Mac
 * takes what it shows away from the window, so there it is shown only where it works everywhere.
 */
function accelerator(keys: string, isMac: boolean): MenuItemConstructorOptions {
  const parts = keys === '' ? [] : keys.split(/\+(?=.)/).map((part) => NAMES[part] ?? part);
  const isShown = parts.length > 0 && parts.every((part) => KEYS.test(part));
  if (!isShown || (isMac && !parts.includes('CommandOrControl'))) return {};
  return { accelerator: parts.join('+'), registerAccelerator: false };
}

const NAMES: Record<string, string> = {
  Mod: 'CommandOrControl',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  '+': 'Plus',
};

/** What Electron knows; it throws at anything else. */
const KEYS =
  /^(?:CommandOrControl|Alt|Shift|[A-Z0-9]|F(?:[1-9]|1\d|2[0-4])|Left|Right|Up|Down|Delete|Space|Plus|[[\]/?\-=])$/;
