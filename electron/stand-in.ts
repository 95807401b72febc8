import { type BrowserWindow, dialog } from 'electron';
import { endWords } from './broken-page.ts';
import { BROKEN_URL } from './ui-request.ts';

/** Puts a page in place of one whose process ended, which says why and leads back; never a blank window. */
export function standIn(window: BrowserWindow, ended: (words: string) => void): void {
  const contents = window.webContents;
  contents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    const words = endWords(details);
    // Where even the page without a script cannot live, a box of the system's is left.
    if (contents.getURL() === BROKEN_URL) {
      dialog.showErrorBox('Perch', `${words} It cannot be loaded again; start Perch anew.`);
      return;
    }
    ended(words);
    void contents.loadURL(BROKEN_URL);
  });
}
