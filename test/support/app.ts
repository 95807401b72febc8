import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { findElectron } from '../../scripts/electron-runtime.ts';
import { type Display, startDisplay } from './display.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/**
 * Holds the app's start back until Playwright has attached. It adds this only to an Electron that it finds itself;
 * without it the first navigation can happen while it attaches, and then it never sees the page.
 */
const LOADER = createRequire(import.meta.url)
  .resolve('playwright-core/package.json')
  .replace('package.json', 'lib/server/electron/loader.js');

export interface AppOptions {
  /** `--inventory FILE`. */
  inventory?: string;
  env?: NodeJS.ProcessEnv;
  /** On its line of words, behind the others. */
  words?: string[];
  /** Settings, keys and known hosts; removed at the end unless it was given. */
  home?: string;
  /** Runs another main program than the app's own: the scripted one. */
  main?: string;
  width?: number;
  height?: number;
  /** Chromium's own sandbox, which it refuses to run in as root. */
  sandbox?: boolean;
  /** Runs it as this user; for root only. */
  asUser?: number;
}

export interface App {
  electron: ElectronApplication;
  page: Page;
  home: string;
  /** Errors and warnings of the page's console: a test may look that there are none. */
  complaints: string[];
  /** The size of the page, the window's frame apart. */
  resize(width: number, height: number): Promise<void>;
  close(): Promise<void>;
}

let display: Display | null = null;

/** The real app on a virtual screen, its own window, its own home. */
export async function startApp(options: AppOptions = {}): Promise<App> {
  const electron = await electronOnScreen();
  const home = options.home ?? mkdtempSync(path.join(os.tmpdir(), 'perch-app-'));
  const runtime = path.join(home, 'run');
  if (!existsSync(runtime)) mkdirSync(runtime, { mode: 0o700 });
  const words = options.inventory === undefined ? [] : ['--inventory', options.inventory];
  const launched = await _electron.launch({
    executablePath:
      options.asUser === undefined ? electron.executable : asUser(options.asUser, electron.executable, home),
    chromiumSandbox: options.sandbox === true,
    // The system's own colour scheme, not one that Playwright plays to the page.
    colorScheme: null,
    args: ['-r', LOADER, options.main ?? root, ...words, ...(options.words ?? [])],
    env: {
      PATH: process.env.PATH ?? '',
      DISPLAY: electron.display,
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, '.config'),
      XDG_RUNTIME_DIR: runtime,
      ...(options.env as Record<string, string>),
    },
  });
  const page = await launched.firstWindow();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const app: App = {
    electron: launched,
    page,
    home,
    complaints,
    async resize(width, height) {
      await launched.evaluate(
        ({ BrowserWindow }, size) =>
          BrowserWindow.getAllWindows()[0]!.setContentSize(size.width, size.height),
        { width, height },
      );
      await page.evaluate(
        (wanted) =>
          new Promise<void>((resolve) => {
            if (innerWidth === wanted.width && innerHeight === wanted.height) resolve();
            else addEventListener('resize', () => resolve(), { once: true });
          }),
        { width, height },
      );
    },
    async close() {
      await launched.close();
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
  await app.resize(options.width ?? 1440, options.height ?? 900);
  return app;
}

/** Electron's program, and a virtual screen for it: one for all of them. */
export async function electronOnScreen(): Promise<{ executable: string; display: string }> {
  const electron = await findElectron({ allowTestRuntime: true, download: false });
  if (electron.executable === null) throw new Error(`No Electron: ${electron.tried.join('; ')}`);
  display ??= await startDisplay();
  return { executable: electron.executable, display: display.name };
}

/** A program that runs Electron as somebody else, with the arguments it is given. */
function asUser(uid: number, executable: string, folder: string): string {
  const file = path.join(folder, 'electron-as-user.sh');
  const words = `exec setpriv --reuid=${uid} --regid=${uid} --clear-groups '${executable}' "$@"`;
  writeFileSync(file, `#!/bin/sh\n${words}\n`, { mode: 0o755 });
  return file;
}

/** What DISPLAY is while an app runs. */
export function displayName(): string {
  return display!.name;
}

/** Ends the virtual screen; call it once, after all apps. */
export async function closeDisplay(): Promise<void> {
  await display?.close();
  display = null;
}
