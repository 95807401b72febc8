import { readFileSync } from 'node:fs';
import os from 'node:os';

/**
 * Pid 1 of a container: the kernel keeps every signal from it that it has no handler for, SIGKILL too, when that comes
 * from within (pid_namespaces(7)).
 */
export function isFirstProcess(pid: number): boolean {
  return pid === 1;
}

/**
 * Whether this process has a handler for a signal. Node has one of its own for SIGINT and SIGTERM that sends the signal
 * once more without one: after the first a service that handles none has none. True where the system does not say.
 */
export function isHandled(signal: NodeJS.Signals, proc = '/proc'): boolean {
  try {
    const [, mask] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`${proc}/self/status`, 'latin1')) ?? [];
    return (
      mask === undefined || ((BigInt(`0x${mask}`) >> BigInt(os.constants.signals[signal] - 1)) & 1n) === 1n
    );
  } catch {
    return true;
  }
}

/** The same once a signal that was sent has had time to arrive. */
export async function isStillHandled(signal: NodeJS.Signals): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, DELIVERED_MS));
  return isHandled(signal);
}

const DELIVERED_MS = 50;

/** Why a signal that was sent to the first process did nothing. */
export function unheardWords(signal: NodeJS.Signals): string {
  return `: it handles no ${signal}, and as process 1 of its container hears no other from within. A kill ends it from inside`;
}
