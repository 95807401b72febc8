import type { Act } from '../protocol/act.ts';
import type { TreeEvent } from '../protocol/calls.ts';
import type { TreeNode } from '../protocol/tree.ts';
import { TreeMirror } from '../protocol/tree-mirror.ts';
import type { Session } from './session.ts';

/** An incarnation that an act was about, as the tree of an epoch showed it. */
export type ActTarget = Pick<TreeNode, 'id' | 'lineage' | 'incarnation' | 'parent'> &
  Partial<Pick<TreeNode, 'startedAt' | 'endedAt'>>;

/**
 * What has become of a target, read off the tree of a later epoch. `untouched`: it stands there as it did, only the
 * agent is a new one. `ending`: told to end, and still there. `ended`: it is kept as ended, and nothing has followed.
 * `missing`: neither it nor a successor is there, yet. `past`: what follows it ran before the act was asked for.
 */
export type Aftermath =
  | { is: 'untouched' | 'ending' | 'straggler' | 'ended' | 'missing' | 'past' }
  | { is: 'followed'; by: TreeNode; isUp: boolean };

/**
 * `isSameProcess` false: the service's process is another one, so that an id that looks the same names another node.
 * `askedAt`: when the act was asked for, milliseconds since 1970 by the agent's clock; null where that is not known.
 */
export function aftermathOf(
  target: ActTarget,
  nodes: ReadonlyMap<string, TreeNode>,
  { isSameProcess, askedAt }: { isSameProcess: boolean; askedAt: number | null },
): Aftermath {
  let same: TreeNode | undefined;
  let next: TreeNode | undefined;
  for (const node of nodes.values()) {
    if (isSameProcess && isSame(node, target)) same = node;
    else if (isSuccessor(node, target) && (!next || isUp(node, nodes))) next = node;
  }
  const wasAlive = (target.endedAt ?? null) === null;
  if (same && same.endedAt === null) {
    if (same.status === 'stopping') return { is: 'ending' };
    return { is: same.status === 'straggler' ? 'straggler' : 'untouched' };
  }
  if (next && askedAt !== null && hasExactStart(next) && next.startedAt < askedAt) return { is: 'past' };
  if (next) return { is: 'followed', by: next, isUp: isUp(next, nodes) };
  if (!same) return { is: 'missing' };
  // A stopped child that was to be started again, and was not.
  return { is: wasAlive ? 'ended' : 'untouched' };
}

/** Of a child process two sources tell when it started: /proc, in clock ticks, and the agent inside of it. */
const CHILD_START_MS = 1000;

function hasExactStart({ kind, parent }: TreeNode): boolean {
  return kind !== 'process' || parent === null;
}

/**
 * An id names one incarnation of one process, whatever a new agent calls it before it has asked for its name; only a
 * child process that came later may have been given a pid again.
 */
function isSame(node: TreeNode, { id, startedAt = node.startedAt }: ActTarget): boolean {
  return node.id === id && (hasExactStart(node) || Math.abs(node.startedAt - startedAt) < CHILD_START_MS);
}

function isSuccessor(node: TreeNode, { parent, lineage }: ActTarget): boolean {
  const isOfIt = parent === null ? node.parent === null : node.lineage === lineage;
  return isOfIt && node.endedAt === null && node.status !== 'stopping' && node.status !== 'straggler';
}

/** A thread or process that hosts a worker is that worker: it is up no sooner. */
function isUp({ status, parent }: TreeNode, nodes: ReadonlyMap<string, TreeNode>): boolean {
  const above = parent === null ? undefined : nodes.get(parent);
  const isRunning = status === 'running' || status === 'blocked';
  return isRunning && (above?.kind !== 'worker' || isUp(above, nodes));
}

interface Watching {
  signal: AbortSignal;
  onFollowed(): void;
  isSameProcess: boolean;
  /** How long ago the act was first asked for; null where that is not known. */
  sinceAskedMs(): number | null;
}

/** What has become of the target in the tree that a session shows: once it is certain, or when the signal aborts. */
export async function watchAftermath(
  session: Session,
  target: ActTarget,
  act: Act,
  { signal, onFollowed, isSameProcess, sinceAskedMs }: Watching,
): Promise<Aftermath> {
  const mirror = new TreeMirror();
  const certain = new AbortController();
  let aftermath: Aftermath = { is: 'missing' };
  /** By the agent's clock, and rather too early: the snapshot was some time under way. */
  let askedAt: number | null = null;
  const onEvent = (event: TreeEvent) => {
    if (certain.signal.aborted) return;
    if ('snapshot' in event) {
      mirror.reset(event.snapshot);
      const sinceMs = sinceAskedMs();
      askedAt = sinceMs === null ? null : event.snapshot.at - sinceMs;
    } else mirror.apply(event.delta);
    aftermath = aftermathOf(target, mirror.nodes, { isSameProcess, askedAt });
    if (aftermath.is === 'followed') onFollowed();
    if (isCertain(aftermath, act)) certain.abort();
  };
  await session.call('watch-tree', {}, { signal: AbortSignal.any([signal, certain.signal]), onEvent });
  return aftermath;
}

function isCertain(aftermath: Aftermath, act: Act): boolean {
  switch (aftermath.is) {
    case 'followed':
      return aftermath.isUp;
    case 'ended':
      return act === 'stop';
    case 'untouched':
    case 'straggler':
    case 'past':
      return true;
    default:
      return false;
  }
}
