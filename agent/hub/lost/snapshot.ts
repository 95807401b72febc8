import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { StateValue } from '../../../protocol/state.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Hub } from '../hub.ts';
import { inTime } from '../in-time.ts';
import { askForState, holderOf } from '../state-of.ts';

/** What a worker held at one moment, within the small bounds of LIMITS.lost…; redacted as any state is. */
export interface Snapshot {
  /** Absent where it declared none, or it could not be read. */
  value?: StateValue;
  /** Something was left out for its bounds. */
  isCut: boolean;
  /** Why it could not be read; null when it was, or there was nothing to read. */
  why: string | null;
  backlog: { word: string; count: number } | null;
}

const BOUNDS = {
  path: '',
  depth: LIMITS.lostStateDepth,
  breadth: LIMITS.lostStateBreadth,
  maxBytes: LIMITS.lostStateBytes,
};

/**
 * Asks now, so that for a task the answer is of the moment before whatever is asked of its thread next. Never
 * rejects; settles within `timeoutMs`, with what the tree knows where the thread did not answer by then.
 */
export async function takeSnapshot(
  hub: Hub,
  node: TreeNode,
  timeoutMs: number,
  maxMs: number = LIMITS.lostStateMs,
): Promise<Snapshot> {
  const words = `its state could not be read within ${Math.round(timeoutMs)} ms`;
  try {
    return await inTime(read(hub, node, timeoutMs, maxMs), timeoutMs, words);
  } catch (thrown) {
    return { isCut: true, why: asPerchError(thrown).message, backlog: backlogInTree(node) };
  }
}

async function read(hub: Hub, node: TreeNode, timeoutMs: number, maxMs: number): Promise<Snapshot> {
  const isTask = node.kind !== 'worker' || node.host === 'task';
  // No await before a task's thread is asked: what is asked of it next comes after this.
  const holder = isTask ? node : await holderOf(hub, node, timeoutMs);
  const joined = hub.joinedByProcess(holder);
  if (joined) {
    const there = holder.kind === 'process' ? `${joined.label}.0` : holder.id;
    return readJoined(
      joined.caller.call('state', { ...BOUNDS, node: there, timeoutMs: Math.ceil(timeoutMs) }),
      node,
    );
  }
  const [, thread, serial] = holder.id.split('.');
  const question = { ...BOUNDS, serial: serial === undefined ? ('hosted' as const) : Number(serial) };
  const threadId = Number(thread ?? 0);
  const link = hub.own.threads.get(threadId);
  if (!link) throw new PerchError('NOT_OBSERVED', `no agent runs in thread ${threadId}`);
  try {
    const { state, backlog } = await link.ask('handover', { ...question, maxMs }, timeoutMs / 2);
    return { ...(state && { value: state.value }), isCut: state?.partial ?? false, why: null, backlog };
  } catch (thrown) {
    if (asPerchError(thrown).code !== 'LOOP_BLOCKED') throw thrown;
    // Inside the busy function it is read as `state` reads it.
    return whole(await askForState(hub, threadId, question, timeoutMs / 2));
  }
}

type StateRead = Awaited<ReturnType<typeof askForState>>;

async function readJoined(asked: Promise<StateRead>, node: TreeNode): Promise<Snapshot> {
  try {
    return whole(await asked);
  } catch (thrown) {
    if (asPerchError(thrown).code !== 'NO_STATE') throw thrown;
    return { isCut: false, why: null, backlog: backlogInTree(node) };
  }
}

function whole({ value, partial, cost, backlog }: StateRead): Snapshot {
  return { value, isCut: partial || cost.truncated > 0, why: null, backlog: backlog ?? null };
}

/** As of the last sample: at most a second old while somebody watches. */
function backlogInTree({ metrics, backlogWord }: TreeNode): Snapshot['backlog'] {
  const { backlog } = metrics;
  return backlog === undefined ? null : { word: backlogWord ?? 'backlog', count: backlog };
}
