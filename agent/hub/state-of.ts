import type { CallArgs } from '../../protocol/calls.ts';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { StateAnswer } from '../../protocol/state.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import type { Questions } from '../probe/messages.ts';
import type { Hub } from './hub.ts';
import { evaluate } from './inspector.ts';
import { refOf } from './node-ref.ts';

/** A bounded piece of a node's state, wherever it is held. */
export async function readStateOf(
  hub: Hub,
  node: TreeNode,
  args: CallArgs<'state'>,
  signal: AbortSignal,
): Promise<StateAnswer> {
  if (node.endedAt !== null)
    throw new PerchError('GONE', `#${node.incarnation} of ${node.lineage} has ended`);
  const timeoutMs = args.timeoutMs ?? LIMITS.callMs;
  const holder = await holderOf(hub, node, timeoutMs);
  const joined = hub.joinedByProcess(holder);
  if (joined) {
    // In its own hub the worker is what its main thread hosts.
    const there = holder.kind === 'process' ? `${joined.label}.0` : holder.id;
    const answer = await joined.caller.call('state', { ...args, node: there }, { signal });
    return { ...answer, node: refOf(node) };
  }
  const [, thread, serial] = holder.id.split('.');
  const question: Questions['state']['args'] = {
    serial: serial === undefined ? 'hosted' : Number(serial),
    path: args.path ?? '',
    from: args.from ?? 0,
    depth: args.depth ?? LIMITS.stateDepth,
    breadth: args.breadth ?? LIMITS.stateBreadth,
    maxBytes: args.maxBytes ?? LIMITS.stateBytes,
  };
  const threadId = Number(thread ?? 0);
  const answer = await askForState(hub, threadId, question, timeoutMs);
  return { node: refOf(node), ...answer, at: Date.now() };
}

/** A worker that was only just started may be ready before its thread or process has said hello to the hub. */
const ARRIVAL_MS = 2000;

/** The node whose thread holds the state: the worker itself, or the thread or process it runs in. */
export async function holderOf(hub: Hub, node: TreeNode, timeoutMs: number): Promise<TreeNode> {
  if (node.kind !== 'worker' || node.host === 'task') return node;
  const look = (): TreeNode | null => {
    const host = hub.hostOf(node);
    if (host?.kind === 'thread') return hub.own.threads.has(host.threadId!) || !hub.isOwn(host) ? host : null;
    const joined = hub.others.joinedHosting(node.id);
    return joined ? (hub.tree.nodes.get(joined.label) ?? null) : null;
  };
  const holder = await hub.untilArrived(look, Math.min(timeoutMs, ARRIVAL_MS));
  if (!holder) throw new PerchError('NOT_OBSERVED', `No agent answers where ${node.lineage} runs`);
  return holder;
}

/** Asks the thread; where its loop stands still, asks inside the busy function, with the same bounds. */
export async function askForState(
  hub: Hub,
  threadId: number,
  question: Questions['state']['args'],
  timeoutMs: number,
): Promise<Questions['state']['answer']> {
  const link = hub.own.threads.get(threadId);
  if (!link) throw new PerchError('NOT_OBSERVED', `No agent runs in thread ${threadId}`);
  try {
    return await link.ask('state', question, Math.min(timeoutMs, LIMITS.blockedMs));
  } catch (thrown) {
    if (asPerchError(thrown).code !== 'LOOP_BLOCKED') throw thrown;
    const ask = JSON.stringify(JSON.stringify(question));
    const expression = `globalThis[Symbol.for('perch.agent')].probe.answerText('state', ${ask})`;
    const text = await evaluate(threadId, expression, timeoutMs).catch((cause) => {
      throw asPerchError(cause).code === 'TIMEOUT' ? thrown : cause;
    });
    const { value, error } = JSON.parse(String(text)) as {
      value: Questions['state']['answer'];
      error?: Parameters<typeof PerchError.fromDocument>[0];
    };
    if (error) throw PerchError.fromDocument(error);
    return value;
  }
}
