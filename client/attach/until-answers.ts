import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { fromColumns, type InstanceInfo } from '../../protocol/tree.ts';
import { isLocalDoor } from '../fleet/local.ts';
import type { openSession, Session } from '../session.ts';
import type { Settled } from './injection.ts';
import type { AttachPlan } from './plan.ts';

const LOOK_EVERY_MS = 10;
const ANSWER_MS = 2000;

interface Edges {
  open: typeof openSession;
  signal?: AbortSignal;
}

/**
 * The instance that answers for the process once its agent is in: it itself, by a socket that is named by its pid, or the
 * service that started it, which it joins. Throws ATTACH_FAILED.
 */
export async function untilAnswers(
  { runtimeDir, hub }: Extract<Settled, { outcome: 'attached' }>,
  { pid, uid }: AttachPlan,
  { open, signal }: Edges,
  deadline: number,
): Promise<{ path: string; info: InstanceInfo }> {
  const doors = [{ folder: runtimeDir, of: pid }];
  // The name of a hub's socket begins with its pid, too.
  if (hub) doors.push({ folder: path.dirname(hub), of: Number.parseInt(path.basename(hub), 10) });
  let why = `there is no socket of it in ${runtimeDir}`;
  while (performance.now() < deadline) {
    for (const door of doors) {
      const file = await socketOf(door.of, door.folder, uid);
      if (file === null) continue;
      try {
        const address = { kind: 'unix', path: file } as const;
        const how = { signal, timeoutMs: ANSWER_MS };
        const session = await open({ address, hostKey: { kind: 'any' }, login: 'none' }, how);
        const { instance: info } = session.hello;
        const isIt = info.pid === pid || (await hasJoined(session, pid));
        session.close();
        if (isIt) return { path: file, info };
      } catch (thrown) {
        why = asPerchError(thrown).message;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new PerchError('ATTACH_FAILED', `The agent is in process ${pid} and cannot be reached: ${why}`, {
    pid,
    runtimeDir,
  });
}

async function socketOf(pid: number, folder: string, uid: number): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  const name = names.find((each) => each.startsWith(`${pid}-`) && each.endsWith('.sock'));
  const file = name && path.join(folder, name);
  return file && (await isLocalDoor(file, [{ folder, uid }])) ? file : null;
}

async function hasJoined(session: Session, pid: number): Promise<boolean> {
  const { columns } = await session.call('tree', {}, { timeoutMs: ANSWER_MS });
  return fromColumns(columns).some((node) => node.kind === 'process' && node.pid === pid && node.observed);
}
