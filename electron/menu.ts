import { Menu } from 'electron';
import type { MenuRow, Push } from './ipc.ts';
import { menuTemplate } from './menu-template.ts';

/** The window's menu: what the keyboard needs, and once the window has told its commands, those. */
export class AppMenu {
  readonly #push: (push: Push) => void;
  #ids = '';

  constructor(push: (push: Push) => void) {
    this.#push = push;
    this.#make([]);
  }

  /** The commands as they are just now. What was there before is only switched on and off: an open menu stays open. */
  set(rows: readonly MenuRow[]): void {
    if (this.#ids !== idsOf(rows)) this.#make(rows);
    const menu = Menu.getApplicationMenu();
    for (const { id, isOffered } of rows) {
      const item = menu?.getMenuItemById(id);
      if (item) item.enabled = isOffered;
    }
  }

  #make(rows: readonly MenuRow[]): void {
    const template = menuTemplate(rows, process.platform === 'darwin', (item) =>
      this.#push({ kind: 'menu', item }),
    );
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
    this.#ids = idsOf(rows);
  }
}

function idsOf(rows: readonly MenuRow[]): string {
  return rows.map(({ id }) => id).join(' ');
}
