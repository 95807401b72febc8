import type { DemoInstance } from '../cli/demo/region.ts';

/** Whether a window can be shown at all. */
export function hasDisplay(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): boolean {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/**
 * Whether the pinned test runtime may stand in for the official Electron: when it was asked for, or when the
 * official one could not be had and nobody sits at a terminal to be told how to ask.
 */
export function mayUseTestRuntime(options: { isAskedFor: boolean; hasTerminal: boolean }): boolean {
  return options.isAskedFor || !options.hasTerminal;
}

/** One line: why there is no window, and how to go on without one. */
export function withoutApp(why: string, instances: readonly DemoInstance[]): string {
  const { name } = instances[0]!;
  const commands = ['fleet', `tree ${name}`, `state ${name} app/games/ID`, 'help'].map(
    (words) => `npx perch ${words}`,
  );
  const games = instances.map(({ url }) => url).join(' and ');
  return `${why}. The example runs (${games}) until Ctrl-C; go on in another terminal with: ${commands.join(' · ')}`;
}
