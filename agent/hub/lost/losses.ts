import type { Lost, LostAlong } from '../../../protocol/act.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { type ActUnderWay, remaining } from '../acts/request.ts';
import { takenAlong } from './along.ts';
import { Followed } from './followed.ts';

/** Follows an act: what the workers that it ends held before, and what their successors hold once these are ready. */
export interface Losses {
  /** Resolves when the act may begin: at once where only tasks are looked at, whose threads read before they act. */
  taken: Promise<unknown>;
  /** What was lost, put down in the ledger; null where nothing had been handed over or nothing followed. */
  settle(): Promise<{ lost: Lost | null; lostAlong: LostAlong | null }>;
}

export function followLosses(act: ActUnderWay): Losses {
  const { hub, node, tracking, request } = act;
  const along = takenAlong(hub.tree, node, request.act);
  const looked = [...(node.kind === 'worker' ? [node] : []), ...along.slice(0, LIMITS.maxLostAlong)];
  const followed: Followed[] = [];
  const look = (each: TreeNode): Promise<unknown> => {
    const maxMs = each === node ? LIMITS.lostStateMs : LIMITS.lostAlongMs;
    const one = new Followed(hub, each, Math.min(LIMITS.lostAskMs, remaining(request)), maxMs);
    followed.push(one);
    return one.before;
  };
  // What runs elsewhere has to answer first. Tasks are asked last, right before their thread is asked for the act.
  const elsewhere = looked.filter(({ host }) => host !== 'task').map(look);
  const askTasks = (): void => {
    for (const each of looked) if (each.host === 'task') look(each);
  };
  if (elsewhere.length === 0) askTasks();
  const taken = elsewhere.length === 0 ? Promise.resolve() : Promise.all(elsewhere).then(askTasks);

  let arrived = (): void => {};
  const unwatch = hub.ledger.watch((event) => {
    if (followed.some((each) => each.takes(event, remaining(request)))) arrived();
  });

  /** Successors of what was ended along may be ready later than the target's own. */
  const untilFollowed = (timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      arrived = () => {
        if (followed.some(({ ref, isAwaited }) => ref.id !== node.id && isAwaited)) return;
        clearTimeout(timer);
        resolve();
      };
      arrived();
    });

  const lossOf = async (one: Followed): Promise<Lost | null> => {
    const { ref: previous, successor } = one;
    const lost = await one.loss();
    if (lost) hub.ledger.add({ kind: 'lost', node: successor!, previous, call: request.call, lost });
    return lost;
  };

  const settle: Losses['settle'] = async () => {
    if (tracking.successor) await untilFollowed(Math.min(LIMITS.lostAfterMs, remaining(request)));
    unwatch();
    let lost: Lost | null = null;
    const workers: LostAlong['workers'] = [];
    for (const each of followed) {
      const { ref, successor } = each;
      if (ref.id !== node.id) {
        const { lineage, incarnation } = ref;
        const theirs = await lossOf(each);
        if (theirs) workers.push({ lineage, incarnation, successor: placeless(successor!), lost: theirs });
      } else if (successor?.id === tracking.successor?.id) lost = await lossOf(each);
    }
    return {
      lost,
      lostAlong:
        workers.length === 0 ? null : { workers, more: Math.max(0, along.length - LIMITS.maxLostAlong) },
    };
  };
  return { taken, settle };
}

function placeless({ id, incarnation }: { id: string; incarnation: number }) {
  return { id, incarnation };
}
