import path from 'node:path';
import { app, BrowserWindow, dialog } from 'electron';
import type { SavedKind } from './ipc.ts';

/** Lets the person choose a file to make an inventory of; null: none. */
export async function chooseInventory(): Promise<string | null> {
  const options: Electron.OpenDialogOptions = {
    title: 'An inventory, or a WireGuard profile',
    properties: ['openFile', 'showHiddenFiles'],
    filters: [{ name: 'Inventories and profiles', extensions: ['yaml', 'yml', 'conf'] }],
  };
  const window = BrowserWindow.getAllWindows()[0];
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled ? null : (filePaths[0] ?? null);
}

/** Where the person wants a file of this name to be; null: nowhere. */
export async function choosePlace(name: string, kind: SavedKind): Promise<string | null> {
  const options: Electron.SaveDialogOptions = {
    title: 'Save',
    defaultPath: path.join(app.getPath('documents'), name),
    filters: [{ name: kind.toUpperCase(), extensions: [kind] }],
    properties: ['showOverwriteConfirmation', 'createDirectory'],
  };
  const window = BrowserWindow.getAllWindows()[0];
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  return canceled || !filePath ? null : filePath;
}
