import type { Bridge, IpcCallName, IpcCalls, Push } from '../electron/ipc.ts';
import { PerchError } from '../protocol/errors.ts';

declare global {
  interface Window {
    perch: Bridge;
  }
}

/** Asks the main process; throws PerchError with the code it answered. */
export async function ask<N extends IpcCallName>(
  name: N,
  args: IpcCalls[N]['args'],
): Promise<IpcCalls[N]['result']> {
  const answer = await window.perch.call(name, args);
  if (answer.ok) return answer.value;
  throw PerchError.fromDocument(answer.error);
}

/** Hears what the main process tells by itself. */
export function onPush(listener: (push: Push) => void): void {
  window.perch.onPush((push) => listener(typeof push === 'string' ? JSON.parse(push) : push));
}
