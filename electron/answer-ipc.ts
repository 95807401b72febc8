import { ipcMain, type WebContents, type WebFrameMain } from 'electron';
import { asPerchError, PerchError } from '../protocol/errors.ts';
import type { ipcCalls } from './calls.ts';
import type { IpcAnswer } from './ipc.ts';
import { isUi } from './ui-request.ts';

/**
 * The one door from the window into the main process: checks who asks, then what, then answers. An answer is
 * always a value; an error travels with its code.
 */
export function answerIpc(
  /** The page may be there, and ask, before what answers it is. */
  made: Promise<ReturnType<typeof ipcCalls>>,
  window: () => WebContents | null,
): void {
  ipcMain.handle('perch', async (event, name: unknown, args: unknown): Promise<IpcAnswer<unknown>> => {
    try {
      if (!isOurs(event.sender, event.senderFrame, window())) {
        throw new PerchError('BAD_CALL', 'Only the window of the app may ask');
      }
      const calls = await made;
      const row = typeof name === 'string' ? calls.get(name) : undefined;
      if (!row) throw new PerchError('UNKNOWN_CALL', `No such call: ${String(name)}`);
      return { ok: true, value: await row.answer(row.args(args, '') as never) };
    } catch (thrown) {
      return { ok: false, error: asPerchError(thrown).toDocument() };
    }
  });
}

/** The main frame of the app's window, showing the app's page; no other window, no frame within. */
function isOurs(sender: WebContents, frame: WebFrameMain | null, window: WebContents | null): boolean {
  return sender === window && frame !== null && frame === window.mainFrame && isUi(frame.url);
}
