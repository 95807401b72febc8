import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PerchError } from '../../protocol/errors.ts';
import type { AppProgram } from './app-program.ts';

/** What the app says over the channel once its window is shown. */
const OPENED = 'opened';
/** From the start of Electron to a window; a cold disk takes a few seconds. */
const START_MS = 30_000;
/** Of what it printed, should it not start. */
const MAX_WORDS = 2000;

/**
 * Starts the app with these words behind its own. Gives `started` once its window is shown, `running` when one was
 * running already and took the words over. The app does not depend on this process from then on. Throws
 * NOT_ON_THIS_SYSTEM with what it printed when it ends otherwise, TIMEOUT, CANCELLED.
 */
export async function startApp(
  { executable, args }: AppProgram,
  words: readonly string[],
  { env, signal, timeoutMs = START_MS }: { env: NodeJS.ProcessEnv; signal: AbortSignal; timeoutMs?: number },
): Promise<'started' | 'running'> {
  const { ELECTRON_RUN_AS_NODE: _, ...own } = env;
  const app = spawn(executable, [...args, ...words], {
    detached: true,
    env: own,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let printed = '';
  app.stderr!.setEncoding('utf8').on('data', (text) => {
    printed = (printed + text).slice(-MAX_WORDS);
  });
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const way = await Promise.race([opened(app, stop), ended(app, stop)]);
    if (way !== 'failed') return way;
    throw new PerchError('NOT_ON_THIS_SYSTEM', `The app ended at once: ${reasonIn(printed)}`, { printed });
  } catch (thrown) {
    app.kill('SIGTERM');
    if (!stop.aborted) throw thrown;
    if (signal.aborted) throw new PerchError('CANCELLED', 'The app was not waited for', {}, thrown);
    throw new PerchError('TIMEOUT', `The app showed no window within ${timeoutMs} ms`, { printed }, thrown);
  } finally {
    if (app.connected) app.disconnect();
    app.stderr!.destroy();
    app.unref();
  }
}

async function opened(app: ChildProcess, signal: AbortSignal): Promise<'started'> {
  for (;;) {
    const [message] = await once(app, 'message', { signal });
    if (message === OPENED) return 'started';
  }
}

/** The app that only hands its words over ends in order. */
async function ended(app: ChildProcess, signal: AbortSignal): Promise<'running' | 'failed'> {
  const [code] = await once(app, 'exit', { signal });
  return code === 0 ? 'running' : 'failed';
}

/** The last line that is not one of Chromium's own, about a bus or a graphics card that is not there. */
function reasonIn(printed: string): string {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  return (
    lines.findLast((line) => !/^\[\d+:\d+\/\S+:(ERROR|WARNING|INFO):/.test(line)) ?? 'it did not say why'
  );
}
