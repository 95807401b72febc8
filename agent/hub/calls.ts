import type { StackAnswer } from '../../protocol/calls.ts';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { StateAnswer } from '../../protocol/state.ts';
import type { TreeDelta, TreeNode } from '../../protocol/tree.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { readStack } from '../inspect/thread-stack.ts';
import type { Questions } from '../probe/messages.ts';
import type { Hub } from './hub.ts';
import { evaluate } from './inspector.ts';
import { refOf } from './node-ref.ts';
import { previewOf } from './preview/preview.ts';
import { describeNative } from './proc.ts';
import type { CallContext, Handlers } from './session.ts';

/** What the hub does for each row of the call table. */
export function handlersOf(hub: Hub): Handlers {
  return {
    hello: (_, { login }) => ({
      protocol: PROTOCOL_VERSION,
      instance: hub.instance(),
      capabilities: [...login.capabilities],
      key: login.author.key,
      armed: hub.armings.all,
    }),

    ping: () => ({ at: Date.now() }),

    tree: async () => {
      const release = hub.watched();
      try {
        await hub.gather();
        return hub.tree.snapshot();
      } finally {
        release();
      }
    },

    'watch-tree': (_, context) => watchTree(hub, context),

    node: async ({ node: id }) => {
      const release = hub.watched();
      try {
        await hub.gather();
        return findNode(hub, id);
      } finally {
        release();
      }
    },

    state: async (args, { signal }) => {
      const release = hub.watched();
      try {
        await hub.gather();
        return await readStateOf(hub, findNode(hub, args.node), args, signal);
      } finally {
        release();
      }
    },

    stack: ({ node, timeoutMs }) => stackOf(hub, findNode(hub, node), timeoutMs ?? LIMITS.callMs),

    arm: ({ reason, forMs }, { arming }) => ({ arming: arming.arm(reason, forMs) }),

    disarm: (_, { arming }) => {
      arming.disarm();
      return null;
    },

    act: (args, { login, emit, drained }) =>
      hub.acts.perform(
        { ...args, timeoutMs: args.timeoutMs ?? LIMITS.callMs },
        { author: login.author, progress: emit, flushed: drained },
      ),

    preview: (args) => previewOf(hub, args),

    ledger: ({ since, limit }) => hub.ledger.read(since, limit),

    'watch-ledger': (args, context) => watchLedger(hub, args.since ?? 0, context),

    audit: ({ since }) => hub.audit.read(since),
  };
}

function findNode(hub: Hub, id: string): TreeNode {
  const node = hub.tree.nodes.get(id);
  if (!node) throw new PerchError('NO_SUCH_NODE', `There is no node ${id}`, { node: id });
  return node;
}

/** A snapshot, then deltas. A client that does not keep up gets a fresh snapshot once it has caught up. */
async function watchTree(
  hub: Hub,
  { emit, signal, queuedBytes, drained }: CallContext<'watch-tree'>,
): Promise<null> {
  const release = hub.watched();
  try {
    await hub.gather();
    let isBehind = false;
    const onDelta = (delta: TreeDelta): void => {
      if (isBehind) return;
      if (queuedBytes() <= LIMITS.maxQueuedBytes) return emit({ delta });
      isBehind = true;
      void drained().then(() => {
        // What was still gathered goes into the snapshot: as a delta before it, it would follow nothing.
        const snapshot = signal.aborted ? null : hub.tree.snapshot();
        isBehind = false;
        if (snapshot) emit({ snapshot });
      });
    };
    const { snapshot, stop } = hub.tree.watch(onDelta);
    emit({ snapshot });
    await aborted(signal);
    stop();
    return null;
  } finally {
    release();
  }
}

async function watchLedger(hub: Hub, since: number, context: CallContext<'watch-ledger'>): Promise<null> {
  const { emit, signal, queuedBytes, drained } = context;
  let sentSeq = since - 1;
  let waiting: Promise<void> | null = null;
  const send = (): void => {
    if (waiting || signal.aborted) return;
    if (queuedBytes() > LIMITS.maxQueuedBytes) {
      // The ledger keeps what is missed; what it cannot keep shows as a gap in the sequence.
      waiting = drained().then(() => {
        waiting = null;
        send();
      });
      return;
    }
    const answer = hub.ledger.read(sentSeq + 1);
    const last: LedgerEvent | undefined = answer.events.at(-1);
    if (!last) return;
    sentSeq = last.seq;
    emit(answer);
  };
  let isDue = false;
  const unwatch = hub.ledger.watch(() => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      send();
    });
  });
  send();
  await aborted(signal);
  unwatch();
  return null;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

interface StateArgs {
  node: string;
  path?: string;
  from?: number;
  depth?: number;
  breadth?: number;
  maxBytes?: number;
  timeoutMs?: number;
}

async function readStateOf(
  hub: Hub,
  node: TreeNode,
  args: StateArgs,
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
async function holderOf(hub: Hub, node: TreeNode, timeoutMs: number): Promise<TreeNode> {
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
async function askForState(
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

/** The stack of a thread; of a process, its main thread's; of anything declared, its thread's. */
async function stackOf(hub: Hub, node: TreeNode, timeoutMs: number): Promise<StackAnswer> {
  const host = node.kind === 'worker' ? (hub.hostOf(node) ?? node) : node;
  if (host.endedAt !== null)
    throw new PerchError('GONE', `#${host.incarnation} of ${host.lineage} has ended`, { node: host.id });
  const joined = hub.joinedByProcess(host);
  if (joined) {
    const there = host.kind === 'process' ? `${joined.label}.0` : host.id;
    const answer = await joined.caller.call('stack', { node: there, timeoutMs });
    return { ...answer, node: node.id };
  }
  const threadId = host.threadId ?? 0;
  const blockedSince = hub.own.threads.get(threadId)?.blockedSince ?? null;
  const blockedMs = blockedSince === null ? null : Math.round(performance.now() - blockedSince);
  const answer = { node: node.id, blocked: blockedMs !== null, blockedMs, native: null };
  try {
    return { ...answer, frames: await readStack(threadId, Math.min(timeoutMs, 1000)) };
  } catch (thrown) {
    // In native code nothing can interrupt it; the system knows what it waits for.
    const native = threadId === 0 ? describeNative(process.pid) : null;
    if (asPerchError(thrown).code !== 'TIMEOUT' || native === null) throw thrown;
    return { ...answer, frames: [], native };
  }
}
