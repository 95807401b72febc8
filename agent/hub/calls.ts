import type { StackAnswer } from '../../protocol/calls.ts';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { KINDS, type TreeNode } from '../../protocol/tree.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { readStack } from '../inspect/thread-stack.ts';
import { costOf } from './cost/cost.ts';
import type { Detachment } from './detach.ts';
import type { Hub } from './hub.ts';
import { documentWithoutValues } from './lost/without-values.ts';
import { NodeList } from './node-list/node-list.ts';
import { describeNative } from './proc.ts';
import type { CallContext, Handlers, Login } from './session.ts';
import { readStateOf } from './state-of.ts';
import { aborted, packed, watchTree } from './watch-tree.ts';

/** What clients know that say nothing of components. */
const PLAIN_KINDS = KINDS.filter((kind) => kind !== 'component');

/** What the hub does for each row of the call table. */
export function handlersOf(hub: Hub, detachment: Detachment): Handlers {
  const nodeList = new NodeList(hub);
  return {
    hello: (_, { login }) => ({
      protocol: PROTOCOL_VERSION,
      instance: hub.instance(),
      capabilities: [...login.capabilities],
      key: login.author.key,
      armed: hub.armings.all,
    }),

    ping: () => ({ at: Date.now() }),

    tree: async (_, context) => {
      const release = hub.watched();
      try {
        await hub.gather();
        return packed(hub, hub.tree.snapshot(), context);
      } finally {
        release();
      }
    },

    'watch-tree': (args, context) => watchTree(hub, args, context),

    node: async ({ node: id }) => {
      const release = hub.watched();
      try {
        await hub.gather();
        return findNode(hub, id);
      } finally {
        release();
      }
    },

    nodes: ({ kinds, ...args }, { accepts, signal }) =>
      nodeList.ask({ ...args, kinds: accepts.has('components') ? kinds : (kinds ?? PLAIN_KINDS) }, signal),

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

    act: async (args, { login, emit, drained, sessionEnd }) => {
      const document = await hub.control.perform(
        { ...args, timeoutMs: args.timeoutMs ?? LIMITS.callMs },
        { author: login.author, progress: emit, flushed: drained, sessionEnd },
      );
      return mayInspect(login) ? document : documentWithoutValues(document);
    },

    preview: (args) => hub.control.preview(args),

    ledger: ({ since, limit }, { login }) => hub.ledger.read(since, limit, { mayInspect: mayInspect(login) }),

    'watch-ledger': (args, context) => watchLedger(hub, args.since ?? 0, context),

    'black-box': () => ({
      previous: hub.previous,
      file: hub.blackBox.file,
      why: hub.blackBox.why,
    }),

    cost: (_, { traffic }) => costOf(hub, traffic),

    audit: ({ since }) => hub.audit.read(since),

    detach: ({ reason }, { login: { author } }) => {
      void detachment.begin({ author, reason });
      return null;
    },
  };
}

function mayInspect({ capabilities }: Login): boolean {
  return capabilities.includes('inspect');
}

function findNode(hub: Hub, id: string): TreeNode {
  const node = hub.tree.nodes.get(id);
  if (!node) throw new PerchError('NO_SUCH_NODE', `There is no node ${id}`, { node: id });
  return node;
}

async function watchLedger(hub: Hub, since: number, context: CallContext<'watch-ledger'>): Promise<null> {
  const { login, emit, signal, queuedBytes, drained } = context;
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
    const answer = hub.ledger.read(sentSeq + 1, undefined, { mayInspect: mayInspect(login) });
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
