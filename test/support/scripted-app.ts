import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { FleetView, Push } from '../../electron/ipc.ts';
import { type App, startApp } from './app.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The app over a desk that says what a test tells it to: for states that no real service can be put into at will. */
export interface ScriptedApp extends App {
  setFleet(view: FleetView): Promise<void>;
  push(push: Push): Promise<void>;
  /** What calls are answered with, by name (scripted-main.ts). */
  setAnswers(answers: Record<string, unknown>): Promise<void>;
}

export async function startScriptedApp(
  options: { width?: number; height?: number; home?: string } = {},
): Promise<ScriptedApp> {
  const app = await startApp({ ...options, main: await buildMain() });
  return {
    ...app,
    setFleet: (view) => app.electron.evaluate((_, given) => globalThis.perchScript.setFleet(given), view),
    // As text: the type of a state is too deep for what evaluate makes of its argument's.
    push: (push) =>
      app.electron.evaluate(
        (_, given) => globalThis.perchScript.push(JSON.parse(given)),
        JSON.stringify(push),
      ),
    setAnswers: (answers) =>
      app.electron.evaluate(
        (_, given) => globalThis.perchScript.setAnswers(JSON.parse(given)),
        JSON.stringify(answers),
      ),
  };
}

/** Beside the real main program, whose preload and page it shares; gives the folder to start. */
async function buildMain(): Promise<string> {
  await build({
    entryPoints: [path.join(root, 'test/support/scripted-main.ts')],
    outfile: path.join(root, 'dist/electron/scripted.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['electron'],
    logLevel: 'warning',
  });
  const folder = path.join(root, 'dist/scripted-app');
  mkdirSync(folder, { recursive: true });
  const description = { name: 'perch-scripted', version: '0.0.0', main: '../electron/scripted.cjs' };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(description));
  return folder;
}
