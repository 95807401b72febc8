/** The app's main program, or with BENCH_BARE a window with nothing in it; says when the first tree, or the window, was seen. */
import { app, BrowserWindow } from 'electron';
import { runApp } from '../../electron/app.ts';
import { clientDesk } from '../../electron/client-desk.ts';

/** Opens the first instance of the page as soon as it is listed, and gives the moment after the first line was painted. */
const FIRST_TREE = `new Promise((resolve) => {
  const seen = () => requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
  let isPressed = false;
  const look = () => {
    if (document.querySelector('.outline-row')) { watcher.disconnect(); seen(); return; }
    const listed = document.querySelector('.fleet-instance');
    if (!listed || isPressed) return;
    isPressed = true;
    // Not before a person could see it.
    requestAnimationFrame(() => setTimeout(() => listed.click()));
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document, { subtree: true, childList: true });
  look();
})`;
const FIRST_FRAME =
  'new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(Date.now()))))';

const isBare = process.env.BENCH_BARE !== undefined;
app.on('web-contents-created', (_event, contents) => {
  contents.once('dom-ready', async () => {
    const at = await contents.executeJavaScript(isBare ? FIRST_FRAME : FIRST_TREE);
    process.stdout.write(`seen ${at}\n`);
  });
});
if (isBare) void app.whenReady().then(openBare);
else runApp((push) => clientDesk({ inventory: undefined }, push));

function openBare(): void {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, backgroundThrottling: false },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL('data:text/html,<title>bare</title>');
}
