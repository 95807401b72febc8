import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findElectron } from '../../scripts/electron-runtime.ts';
import { type App, closeDisplay, displayName, startApp } from '../support/app.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let app: App;

beforeAll(async () => {
  app = await startApp();
  await app.page.getByRole('contentinfo').waitFor();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

test('the page has nothing of Node, and of Perch two frozen functions', async () => {
  const seen = await app.page.evaluate(() => ({
    node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter(
      (name) => name in globalThis,
    ),
    bridge: Object.keys(window.perch),
    isFrozen: Object.isFrozen(window.perch),
  }));
  expect(seen).toEqual({ node: [], bridge: ['call', 'onPush'], isFrozen: true });
});

test('the window was made as it should', async () => {
  const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    return (
      webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    ).getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    webSecurity: true,
    nodeIntegration: false,
    webviewTag: false,
  });
  for (const risky of [
    'nodeIntegrationInWorker',
    'nodeIntegrationInSubFrames',
    'allowRunningInsecureContent',
    'experimentalFeatures',
  ]) {
    expect(preferences[risky] ?? false).toBe(false);
  }
});

test('no script gets in but its own files: no inline, no string, no markup, no frame', async () => {
  const tried = await app.page.evaluate(() => {
    const violations = new Set<string>();
    Object.assign(globalThis, { violations });
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      violations.add(effectiveDirective),
    );
    const attempt = (act: () => void) => {
      try {
        act();
        return 'done';
      } catch (error) {
        return (error as Error).name;
      }
    };
    const inline = attempt(() => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.gotIn = 1';
      document.head.append(script);
    });
    const markup = attempt(() => {
      document.createElement('div').innerHTML = '<b>x</b>';
    });
    const text = attempt(() => {
      setTimeout('globalThis.gotIn = 1' as never);
    });
    const policy = attempt(() => {
      (
        window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
      ).trustedTypes.createPolicy('x', {});
    });
    const frame = document.createElement('iframe');
    frame.src = 'data:text/html,x';
    document.body.append(frame);
    const style = document.createElement('style');
    style.textContent = 'body { color: red }';
    document.head.append(style);
    return { inline, markup, text, policy };
  });
  expect(tried).toEqual({ inline: 'TypeError', markup: 'TypeError', text: 'TypeError', policy: 'TypeError' });
  const violations = () =>
    app.page.evaluate(() => [...(globalThis as unknown as { violations: Set<string> }).violations]);
  await until(violations).toEqual(
    expect.arrayContaining(['frame-src', 'require-trusted-types-for', 'style-src-elem', 'trusted-types']),
  );
  expect(await app.page.evaluate(() => 'gotIn' in globalThis)).toBe(false);
});

test('the page cannot reach any network or file', async () => {
  const reached = await app.page.evaluate(async () => {
    const attempt = async (url: string) =>
      fetch(url).then(
        () => 'reached',
        () => 'refused',
      );
    const socket = await new Promise<string>((resolve) => {
      try {
        const opened = new WebSocket('ws://127.0.0.1:9');
        opened.onerror = () => resolve('refused');
        opened.onopen = () => resolve('reached');
      } catch {
        resolve('refused');
      }
    });
    return [
      await attempt('https://example.org/'),
      await attempt('http://127.0.0.1:9/'),
      await attempt('file:///etc/passwd'),
      socket,
    ];
  });
  expect(reached).toEqual(['refused', 'refused', 'refused', 'refused']);
});

test('the window stays at its page and opens no other', async () => {
  const { page } = app;
  const opened = await page.evaluate(() => [
    window.open('https://example.org/'),
    window.open('about:blank'),
    window.open('app://ui/index.html'),
  ]);
  expect(opened).toEqual([null, null, null]);
  await app.electron.evaluate(({ BrowserWindow }) => {
    const asked: [string, boolean][] = [];
    Object.assign(globalThis, { asked });
    BrowserWindow.getAllWindows()[0]!.webContents.on('will-frame-navigate', (event) => {
      asked.push([event.url, event.defaultPrevented]);
    });
  });
  for (const url of ['file:///etc/passwd', 'data:text/html,x', 'app://elsewhere/', 'https://example.org/']) {
    await page.evaluate((to) => {
      location.href = to;
    }, url);
  }
  // Asked for in this order; some are refused before they are even asked about.
  const asked = () =>
    app.electron.evaluate(() => (globalThis as unknown as { asked: [string, boolean][] }).asked);
  await until(asked).toContainEqual(['https://example.org/', true]);
  for (const [url, isPrevented] of await asked()) expect([url, isPrevented]).toEqual([url, true]);
  expect(page.url()).toBe('app://ui/index.html');
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('app://ui serves the page and nothing beside it, with its policy on everything', async () => {
  const got = await app.page.evaluate(async () => {
    const ask = async (url: string, method = 'GET') => {
      const response = await fetch(url, { method }).catch(() => null);
      return response ? response.status : 'refused';
    };
    const page = await fetch('app://ui/index.html');
    return {
      policy: page.headers.get('content-security-policy'),
      sniff: page.headers.get('x-content-type-options'),
      up: await ask('app://ui/..%2f..%2fpackage.json'),
      doubly: await ask('app://ui/%2e%2e/%2e%2e/package.json'),
      back: await ask('app://ui/..%5c..%5cpackage.json'),
      folder: await ask('app://ui/'),
      post: await ask('app://ui/index.html', 'POST'),
      host: await ask('app://elsewhere/index.html'),
    };
  });
  expect(got).toMatchObject({
    sniff: 'nosniff',
    up: 404,
    doubly: 404,
    back: 404,
    folder: 404,
    post: 404,
    host: 'refused',
  });
  expect(got.policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{24}'/);
  expect(got.policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
  expect(got.policy).not.toContain('unsafe');
});

test('every permission is denied', async () => {
  const states = await app.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'midi'];
    const asked = names.map((name) =>
      navigator.permissions.query({ name: name as PermissionName }).then(({ state }) => state),
    );
    const media = navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => 'granted',
      () => 'denied',
    );
    const clipboard = navigator.clipboard.readText().then(
      () => 'granted',
      () => 'denied',
    );
    return Promise.all([...asked, media, clipboard]);
  });
  expect(states).toEqual(new Array(8).fill('denied'));
});

test('a call with wrong arguments, an unknown one, and one from another window are refused', async () => {
  const answers = await app.page.evaluate(async () => {
    const call = window.perch.call as (
      name: string,
      args: unknown,
    ) => Promise<{ ok: boolean; error?: { code: string } }>;
    const tried: [string, unknown][] = [
      ['state', { instance: 1, node: 'x' }],
      ['state', { instance: 'a', node: 'x', evil: 1 }],
      ['set-theme', { theme: 'pink' }],
      ['set-theme', null],
      ['constructor', {}],
      ['__proto__', {}],
      ['watch', { instance: 'nobody' }],
    ];
    const codes: (string | undefined)[] = [];
    for (const [name, args] of tried) codes.push((await call(name, args)).error?.code);
    return codes;
  });
  expect(answers).toEqual([
    'BAD_CALL',
    'BAD_CALL',
    'BAD_CALL',
    'BAD_CALL',
    'UNKNOWN_CALL',
    'UNKNOWN_CALL',
    'NO_SUCH_TARGET',
  ]);

  const fromElsewhere = await app.electron.evaluate(
    async ({ BrowserWindow }, preload) => {
      const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
      await other.loadURL('data:text/html,x');
      const answer = await other.webContents.executeJavaScript(`window.perch.call('start', {})`);
      other.destroy();
      return answer;
    },
    path.join(root, 'dist/electron/preload.cjs'),
  );
  expect(fromElsewhere).toMatchObject({ ok: false, error: { code: 'BAD_CALL' } });
});

test('a second start of the same person ends at once and leaves the first alone', async () => {
  const electron = await findElectron({ allowTestRuntime: true, download: false });
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const second = spawn(electron.executable!, [...flags, root], {
    env: {
      PATH: process.env.PATH,
      DISPLAY: displayName(),
      HOME: app.home,
      XDG_CONFIG_HOME: path.join(app.home, '.config'),
    },
    stdio: 'ignore',
  });
  const ended = once(second, 'exit', { signal: AbortSignal.timeout(20_000) });
  try {
    expect(await ended).toEqual([0, null]);
  } finally {
    second.kill('SIGKILL');
  }
  expect(await app.page.getByRole('contentinfo').isVisible()).toBe(true);
});

test('as root it says that Chromium’s sandbox is off', async () => {
  const note = app.page.getByText(/running as root, Chromium’s sandbox is off/);
  expect(await note.count()).toBe(process.getuid?.() === 0 ? 1 : 0);
});
