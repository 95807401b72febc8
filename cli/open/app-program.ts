import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PerchError } from '../../protocol/errors.ts';

/** The desktop app on this computer: an Electron and the folder that it runs. */
export interface AppProgram {
  executable: string;
  args: string[];
}

/**
 * Finds what is here already; nothing is downloaded. An Electron that was named comes first, then the installed one,
 * then the runtime that `npm start` fetched. Throws NOT_ON_THIS_SYSTEM: no screen, no build, no Electron.
 */
export function findApp(
  { platform, env, isRoot }: { platform: NodeJS.Platform; env: NodeJS.ProcessEnv; isRoot: boolean },
  root = fileURLToPath(new URL('../..', import.meta.url)),
): AppProgram {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) {
    throw missing('There is no screen to open the app on: neither DISPLAY nor WAYLAND_DISPLAY is set');
  }
  if (!existsSync(path.join(root, 'dist/electron/main.cjs'))) {
    throw missing(`The desktop app is not built in ${root}: run \`npm run build\` there`);
  }
  const executable = electronPlaces(platform, env, root).find((place) => existsSync(place));
  if (executable === undefined) {
    throw missing(`There is no Electron in ${root} to run the app with: run \`npm start\` there once`);
  }
  // Chromium refuses to sandbox itself for root; the app says so on its screen.
  return { executable, args: isRoot ? ['--no-sandbox', root] : [root] };
}

function electronPlaces(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, root: string): string[] {
  const name = EXECUTABLES[platform] ?? 'electron';
  const named = env.ELECTRON_OVERRIDE_DIST_PATH;
  const fetched = path.join(root, '.cache/electron-test');
  return [
    ...(named ? [path.join(named, name)] : []),
    path.join(root, 'node_modules/electron/dist', name),
    ...(existsSync(fetched) ? readdirSync(fetched).map((each) => path.join(fetched, each, name)) : []),
  ];
}

const EXECUTABLES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

function missing(message: string): PerchError {
  return new PerchError('NOT_ON_THIS_SYSTEM', message);
}
