import path from 'node:path';
import { BrowserWindow, nativeTheme, type Session, screen } from 'electron';
import type { Bounds } from './settings.ts';
import { isUi, UI_URL } from './ui-request.ts';

/** The app's one window. It stays at its page: no navigation, no other window, no permission. */
export function openWindow(bounds: Bounds | null, zoom: number): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Perch',
    width: 1440,
    height: 900,
    minWidth: 900,
    minHeight: 560,
    ...(bounds && isOnScreen(bounds) ? bounds : {}),
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#15181c' : '#ffffff',
    webPreferences: {
      preload: path.join(__dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      zoomFactor: zoom / 100,
      // Its tree must not go stale while the window is behind another.
      backgroundThrottling: false,
    },
  });
  stayAtHome(window);
  denyPermissions(window.webContents.session);
  window.once('ready-to-show', () => window.show());
  void window.loadURL(UI_URL);
  return window;
}

function stayAtHome(window: BrowserWindow): void {
  const contents = window.webContents;
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    if (!isUi(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
}

function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** Whether a good part of it would be seen: a screen may be gone since. */
function isOnScreen(bounds: Bounds): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const width =
      Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x);
    const height =
      Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y);
    return width > 200 && height > 200;
  });
}
