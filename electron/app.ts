import path from 'node:path';
import { app, type BrowserWindow, nativeTheme } from 'electron';
import { linkTo } from '../protocol/link.ts';
import { PERCH_VERSION } from '../protocol/version.ts';
import { answerIpc } from './answer-ipc.ts';
import { Bell } from './bell.ts';
import { ipcCalls } from './calls.ts';
import { chooseInventory, choosePlace } from './choose-file.ts';
import type { Desk, MakeDesk } from './desk.ts';
import type { FleetView, Push, PushText } from './ipc.ts';
import { Links, linkAmong } from './links.ts';
import { AppMenu } from './menu.ts';
import { linksByFiles, linksBySystem, type OpenLinks } from './open-links/open-links.ts';
import { ring } from './ring.ts';
import { readSettings, type Settings, withLook, writeSettings } from './settings.ts';
import { standIn } from './stand-in.ts';
import { registerUiScheme, serveUi } from './ui-protocol.ts';
import { openWindow } from './window.ts';

/** Runs the app: one instance, one window, over the desk that is given. A second start hands its link to the first. */
export function runApp(makeDesk: MakeDesk): void {
  const link = linkAmong(process.argv);
  if (!app.requestSingleInstanceLock({ link })) {
    app.quit();
    return;
  }
  // What is young is collected often and a little at a time: a frame has no room for more.
  app.commandLine.appendSwitch('js-flags', '--max-semi-space-size=1');
  registerUiScheme();
  let window: BrowserWindow | null = null;
  const there = () => (window && !window.isDestroyed() ? window : null);
  const push = (message: Push): void => there()?.webContents.send('perch', crossing(message));
  const links = new Links(push);
  links.take(link);
  const follow = (given: unknown): void => {
    bringUp(there());
    links.take(given);
  };
  app.on('second-instance', (_event, _argv, _folder, given) => follow(linkOf(given)));
  // How macOS hands links over, the first one before the app is ready.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    follow(url);
  });
  app.on('window-all-closed', () => app.quit());
  void app.whenReady().then(() => {
    window = start(makeDesk, { push, links, follow, there });
  });
}

interface Edges {
  push(message: Push): void;
  links: Links;
  follow(link: unknown): void;
  /** The window while there is one. */
  there(): BrowserWindow | null;
}

function start(makeDesk: MakeDesk, { push, links, follow, there }: Edges): BrowserWindow {
  const settingsFile = path.join(app.getPath('userData'), 'settings.json');
  let settings = readSettings(settingsFile);
  const keep = (changed: Settings): void => {
    settings = changed;
    writeSettings(settingsFile, settings);
  };
  nativeTheme.themeSource = settings.theme;
  const menu = new AppMenu(push);
  const openLinks = linksOfSystem();
  let ended = '';
  serveUi(path.join(__dirname, '../renderer'), () => ended);
  let looked: { instance: string | null; lineage: string | null } = { instance: null, lineage: null };
  let fleet: FleetView | null = null;
  const bell = new Bell({
    watched: () => (settings.hasNotifications ? settings.watched : null),
    nameOf: (key) =>
      fleet?.environments.flatMap(({ instances }) => instances).find((each) => each.key === key)?.name ?? key,
    isSeen: (place) =>
      there()?.isFocused() === true && looked.instance === place.instance && looked.lineage === place.lineage,
    ring: (call) => ring(call, () => follow(linkTo(fleet, call.instance, call.lineage))),
    now: () => performance.now(),
  });
  const contents = () => there()?.webContents ?? null;
  const window = openWindow(settings.bounds, settings.zoom);
  window.on('close', () => {
    if (!window.isMaximized() && !window.isFullScreen()) keep({ ...settings, bounds: window.getBounds() });
  });
  // The page takes as long to load as the desk to be made: it waits for it when it asks.
  const making = Promise.resolve(
    makeDesk(
      (message) => {
        if (message.kind === 'fleet') {
          fleet = message.fleet;
          bell.see(fleet.findings);
        }
        push(message);
      },
      (instance, update) => bell.hear(instance, update),
    ),
  );
  let made: Desk | null = null;
  void making.then((desk) => {
    made = desk;
  });
  app.on('will-quit', () => made?.close());
  answerIpc(
    making.then((desk) =>
      ipcCalls(desk, {
        start: async () => {
          push({ kind: 'fleet', fleet: desk.fleet() });
          links.ready();
          const opensLinks = await openLinks.isOn().catch(() => false);
          return {
            opensLinks,
            version: PERCH_VERSION,
            electron: process.versions.electron ?? '',
            theme: settings.theme,
            looks: settings.environments,
            zoom: settings.zoom,
            watched: settings.watched,
            hasNotifications: settings.hasNotifications,
            sandboxed: !app.commandLine.hasSwitch('no-sandbox'),
          };
        },
        setTheme: (theme) => {
          nativeTheme.themeSource = theme;
          keep({ ...settings, theme });
        },
        lookAt: (place) => {
          looked = place;
        },
        keepWatched: (watched) => keep({ ...settings, watched }),
        setNotifications: (hasNotifications) => keep({ ...settings, hasNotifications }),
        chooseInventory,
        choosePlace,
        keepLook: (environment, look) => keep(withLook(settings, environment, look)),
        setZoom: (percent) => {
          contents()?.setZoomFactor(percent / 100);
          keep({ ...settings, zoom: percent });
        },
        openLinks: (isOn) => openLinks.turn(isOn),
        setMenu: (rows) => menu.set(rows),
      }),
    ),
    contents,
  );
  standIn(window, (words) => {
    ended = words;
    links.away();
    void making.then((desk) => desk.watch([]));
  });
  // Whoever started it over a channel (`perch open`) waits for this.
  window.once('show', () => process.send?.('opened'));
  return window;
}

/** Linux has no place of its own for what nobody installed. */
function linksOfSystem(): OpenLinks {
  if (process.platform !== 'linux') return linksBySystem(app);
  const words = [process.execPath];
  // As root Chromium starts only like this.
  if (app.commandLine.hasSwitch('no-sandbox')) words.push('--no-sandbox');
  if (!app.isPackaged) words.push(app.getAppPath());
  return linksByFiles(process.env, app.getPath('home'), words);
}

function bringUp(window: BrowserWindow | null): void {
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** What the second start said of itself; its line of words is not read, Chromium changes it. */
function linkOf(given: unknown): unknown {
  return typeof given === 'object' && given !== null && 'link' in given ? given.link : null;
}

function crossing(push: Push): Push | PushText {
  return push.kind === 'tree' || push.kind === 'ledger' ? JSON.stringify(push) : push;
}
