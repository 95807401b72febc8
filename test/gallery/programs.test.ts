import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../scripts/node-runtime.ts';
import { installPrograms } from '../../scripts/programs.ts';
import { type Running, startProgram } from '../programs/life.ts';
import { nodeRed } from '../programs/node-red.ts';
import { remoteCache } from '../programs/remote-cache.ts';
import { verdaccio } from '../programs/verdaccio.ts';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { type Home, makeHome } from '../support/demo.ts';
import { freePort } from '../support/free-port.ts';
import { rowNamed } from '../support/outline.ts';
import { Pictures } from '../support/pictures.ts';

/** The real app with programs that nobody here wrote, each observed by a flag alone. */
const NOBODY = 65_534;
const PROGRAMS = [verdaccio, nodeRed, remoteCache];
const register = fileURLToPath(new URL('../../agent/dist/register.cjs', import.meta.url));
const pictures = new Pictures('programs');

let home: Home;
let app: App;
let running: Running[] = [];

beforeAll(async () => {
  home = makeHome(process.getuid?.() === 0 ? NOBODY : undefined);
  const [installed, node] = await Promise.all([installPrograms(), nodeRuntime(24)]);
  const flags = ['--import', register];
  const common = { installed, node, flags, env: home.env, uid: home.uid, cwd: home.env.HOME! };
  running = await Promise.all(
    PROGRAMS.map(async (program) => startProgram({ ...common, program, port: await freePort() })),
  );
  app = await startApp({ home: home.env.HOME, env: home.env, asUser: home.uid, sandbox: true });
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
}, 600_000);

afterAll(async () => {
  await app?.close();
  await closeDisplay();
  await Promise.all(running.map(({ end }) => end()));
  home?.remove();
});

describe('programs from npm', () => {
  test.each(PROGRAMS)('$service', async ({ service, shows }) => {
    await app.page
      .getByRole('treeitem', { name: new RegExp(`^${service}`) })
      .first()
      .click();
    await rowNamed(app.page, 'main').first().click();
    for (const lineage of shows)
      await rowNamed(app.page, path.posix.basename(lineage.replace(/^\w+:/, '')))
        .first()
        .waitFor();
    await app.page.keyboard.press('1');
    await pictures.take(app, service);
  });

  test('are all there', () =>
    expect(pictures.difference(PROGRAMS.map(({ service }) => service))).toEqual([]));
});
