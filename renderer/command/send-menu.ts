import type { MenuRow } from '../../electron/ipc.ts';
import { ask } from '../bridge.ts';
import { now } from '../store/clock.ts';
import { COMMANDS } from './commands.ts';

/** Tells the menu of the window what there is and what of it can be had, from now on; looked at once a second. */
export function sendMenu(): void {
  let sent = '';
  const send = (): void => {
    const rows = menuRows();
    const text = JSON.stringify(rows);
    if (text === sent) return;
    sent = text;
    void ask('set-menu', { rows });
  };
  send();
  now.subscribe(send);
}

export function menuRows(): MenuRow[] {
  return COMMANDS.map(({ id, title, group, keys, isOffered }) => ({
    id,
    title,
    group,
    keys: keys[0] ?? '',
    isOffered: isOffered() === true,
  }));
}
