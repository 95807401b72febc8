import path from 'node:path';
import { app, type BrowserWindow, nativeTheme } from 'electron';
import { PERCH_VERSION } from '../protocol/version.ts';
import { answerIpc } from './answer-ipc.ts';
import { ipcCalls } from './calls.ts';
import type { MakeDesk } from './desk.ts';
import type { Push } from './ipc.ts';
import { setMenu } from './menu.ts';
import { readSettings, type Settings, writeSettings } from './settings.ts';
import { registerUiScheme, serveUi } from './ui-protocol.ts';
import { openWindow } from './window.ts';

/** Runs the app: one instance, one window, over the desk that is given. */
export function runApp(makeDesk: MakeDesk): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  registerUiScheme();
  app.on('window-all-closed', () => app.quit());
  void app.whenReady().then(() => start(makeDesk));
}

async function start(makeDesk: MakeDesk): Promise<void> {
  const settingsFile = path.join(app.getPath('userData'), 'settings.json');
  let settings = readSettings(settingsFile);
  const remember = (changed: Partial<Settings>): void => {
    settings = { ...settings, ...changed };
    writeSettings(settingsFile, settings);
  };
  let window: BrowserWindow | null = null;
  const contents = () => (window && !window.isDestroyed() ? window.webContents : null);
  const push = (message: Push): void => contents()?.send('perch', message);

  nativeTheme.themeSource = settings.theme;
  setMenu(push);
  serveUi(path.join(__dirname, '../renderer'));
  const desk = await makeDesk(push);
  answerIpc(
    ipcCalls(desk, {
      start: () => {
        push({ kind: 'fleet', fleet: desk.fleet() });
        return {
          version: PERCH_VERSION,
          electron: process.versions.electron ?? '',
          theme: settings.theme,
          sandboxed: !app.commandLine.hasSwitch('no-sandbox'),
        };
      },
      setTheme: (theme) => {
        nativeTheme.themeSource = theme;
        remember({ theme });
      },
    }),
    contents,
  );
  window = openWindow(settings.bounds);
  window.on('close', () => {
    if (window && !window.isMaximized() && !window.isFullScreen()) remember({ bounds: window.getBounds() });
  });
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('will-quit', () => desk.close());
}
