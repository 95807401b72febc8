import type { NodeProcess } from '../../electron/ipc.ts';
import { ask } from '../bridge.ts';
import { Value } from './value.ts';

/** The steps that the last attach has come to, by its process; null: there was none. */
export const attachSteps = new Value<{ pid: number; words: readonly string[] } | null>(null);

export function onAttachStep(pid: number, words: string): void {
  const before = attachSteps.get();
  if (before?.pid === pid) attachSteps.set({ pid, words: [...before.words, words] });
}

/** Puts the agent into the process; gives the instance that answers for it. */
export async function attachTo({ pid, startTicks }: NodeProcess): Promise<string> {
  attachSteps.set({ pid, words: [] });
  return (await ask('attach', { pid, startTicks })).instance;
}
