import path from 'node:path';
import type { PendingAct } from '../../../protocol/black-box.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { previousEpochOf } from '../../../protocol/previous-epoch.ts';
import type { HubData } from '../../hub-thread.ts';
import type { Hub } from '../hub.ts';
import { bootId } from './machine.ts';
import { boxFolder } from './open.ts';
import { sweepBoxes, takePrevious } from './previous.ts';

/** This module is loaded as the hub's thread begins. */
const hubStartedAt = Date.now();

/**
 * Says how the life before this one ended, in ledger and call, and completes an act that ended it. Never rejects: a
 * service whose past cannot be read has a present all the same.
 */
export async function reportPrevious(hub: Hub, data: HubData): Promise<void> {
  if (!data.config.blackBox || hub.previous) return;
  const folder = boxFolder(hub, data);
  try {
    const box = await takePrevious(folder, hub.blackBox.file ?? '');
    if (box) {
      const previous = previousEpochOf(box, bootId(), Date.now());
      hub.previous = previous;
      hub.ledger.add({ kind: 'previous-epoch', node: hub.rootRef(), previous });
      const pending = box.words?.pending;
      // Too long ago it is not what started this life.
      if (pending && previous.act && hubStartedAt - pending.at <= LIMITS.maxCallMs)
        void complete(hub, pending);
    }
    await sweepBoxes(path.dirname(folder), Date.now());
  } catch {
    // The state directory is not to be had.
  }
}

/** Somebody outside started the service again: the act is restarted, with its times since the signal. */
async function complete(hub: Hub, { act, call, author, reason, signal, at }: PendingAct): Promise<void> {
  const hubMs = hubStartedAt - at;
  const isReady = await untilMainTurns(hub, at + LIMITS.maxCallMs);
  const readyMs = Date.now() - at;
  const outcome = isReady ? 'restarted' : 'not-recovered';
  const words =
    `a new life runs as ${hub.own.pid}: its agent ${hubMs} ms after ${signal}, ` +
    (isReady
      ? `its main loop turned after ${readyMs} ms`
      : `its main loop does not turn after ${readyMs} ms`);
  const node = hub.rootRef();
  hub.ledger.add({ kind: 'act-ended', node, act, call, outcome, words });
  hub.audit.append({ author, act, call, target: node.lineage, reason, outcome });
}

/** True once main answers: its code has run to its first wait. False past `deadline`, milliseconds since 1970. */
async function untilMainTurns(hub: Hub, deadline: number): Promise<boolean> {
  while (Date.now() < deadline) {
    const main = hub.own.threads.get(0);
    const hasAnswered = await main?.ask('flush', {}, Math.max(1, deadline - Date.now())).then(
      () => true,
      () => false,
    );
    if (hasAnswered) return true;
    await new Promise((resolve) => setTimeout(resolve, LIMITS.beatMs));
  }
  return false;
}
