import { Menu } from 'electron';
import type { Push } from './ipc.ts';

/** What the keyboard needs (editing, zoom, quitting), and what a person may look for here; the rest is in the window. */
export function setMenu(push: (push: Push) => void): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
      { role: 'editMenu' },
      {
        label: 'Instance',
        submenu: [
          { label: 'Arm or Disarm', click: () => push({ kind: 'menu', item: 'arm' }) },
          { type: 'separator' },
          { label: 'Keys', click: () => push({ kind: 'menu', item: 'keys' }) },
        ],
      },
      {
        label: 'View',
        submenu: [
          { role: 'zoomIn' },
          { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false },
          { role: 'zoomOut' },
          { role: 'resetZoom' },
          { type: 'separator' },
          { role: 'togglefullscreen' },
        ],
      },
      { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'close' }, { role: 'quit' }] },
    ]),
  );
}
