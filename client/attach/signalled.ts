import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stateDir } from '../paths.ts';
import type { ProcessFacts } from './process-facts.ts';

type Identity = Pick<ProcessFacts, 'pid' | 'startTicks'>;

/**
 * A process that is inside of a native call takes SIGUSR1 when that returns, which may be after whoever attached gave up:
 * then its inspector opens, and nobody closes it. So it is noted which process was sent one. The inspector that is open
 * there later is ours, to use and to close.
 */
export async function noteSignal(identity: Identity): Promise<void> {
  const boot = await bootId();
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  // What was noted before the machine was started is about nobody any more.
  for (const name of await readdir(folder())) {
    if (!name.startsWith(boot)) await rm(path.join(folder(), name), { force: true });
  }
  await writeFile(fileOf(boot, identity), '', { mode: 0o600 });
}

export async function wasSignalled(identity: Identity): Promise<boolean> {
  const file = fileOf(await bootId(), identity);
  return readFile(file).then(
    () => true,
    () => false,
  );
}

export async function forgetSignal(identity: Identity): Promise<void> {
  await rm(fileOf(await bootId(), identity), { force: true });
}

function folder(): string {
  return path.join(stateDir(), 'attach');
}

function fileOf(boot: string, { pid, startTicks }: Identity): string {
  return path.join(folder(), `${boot}-${pid}-${startTicks}`);
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}
