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
  const start = new MainStart(hub);
  try {
    const box = await takePrevious(folder, hub.blackBox.file ?? '');
    if (box) {
      const previous = previousEpochOf(box, bootId(), Date.now());
      hub.previous = previous;
      hub.ledger.add({ kind: 'previous-epoch', node: hub.rootRef(), previous });
      const pending = box.words?.pending;
      // Too long ago it is not what started this life.
      if (pending && previous.act && hubStartedAt - pending.at <= LIMITS.maxCallMs) {
        await complete(hub, pending, start);
      }
    }
    await sweepBoxes(path.dirname(folder), Date.now());
  } catch {
    // The state directory is not to be had.
  } finally {
    start.forget();
  }
}

/** Somebody outside started the service again: the act is restarted, with its times since the signal. */
async function complete(hub: Hub, pending: PendingAct, start: MainStart): Promise<void> {
  const { act, call, author, reason, signal, at } = pending;
  const turnedAt = await start.turnedAt;
  const outcome = turnedAt === null ? 'not-recovered' : 'restarted';
  const words =
    `a new life runs as ${hub.own.pid}: its agent ${hubStartedAt - at} ms after ${signal}, ` +
    (turnedAt === null ? 'its main loop does not turn' : `its main loop turned after ${turnedAt - at} ms`);
  const node = hub.rootRef();
  hub.ledger.add({ kind: 'act-ended', node, act, call, outcome, words });
  hub.audit.append({ author, act, call, target: node.lineage, reason, outcome });
}

/** Main's first answer: its code has run to its first wait. */
class MainStart {
  /** Milliseconds since 1970; null when it did not within the longest time of a call, or is no longer asked for. */
  readonly turnedAt: Promise<number | null>;
  readonly #hub: Hub;
  readonly #deadline = hubStartedAt + LIMITS.maxCallMs;
  #isForgotten = false;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.turnedAt = this.#wait();
  }

  forget(): void {
    this.#isForgotten = true;
  }

  async #wait(): Promise<number | null> {
    while (Date.now() < this.#deadline && !this.#isForgotten) {
      const asked = this.#hub.own.threads.get(0)?.ask('flush', {}, LIMITS.callMs);
      const hasAnswered = await asked?.then(
        () => true,
        () => false,
      );
      if (hasAnswered) return Date.now();
      await new Promise((resolve) => setTimeout(resolve, LIMITS.beatMs));
    }
    return null;
  }
}
