import type { ActDocument } from '../../../protocol/act.ts';
import type { CallArgs } from '../../../protocol/calls.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';

type Asked = Pick<CallArgs<'act'>, 'act' | 'call' | 'node' | 'epoch'>;

interface KnownCall {
  asked: Asked;
  lineage: string | null;
  outcome: Promise<ActDocument>;
}

/** The acts of this epoch by their call's id: one id acts once, and gives its outcome to whoever asks again. */
export class KnownCalls {
  readonly #known = new Map<string, KnownCall>();

  has(call: string): boolean {
    return this.#known.has(call);
  }

  /**
   * The outcome that the id has already, else of `perform`. `lineage` is the node's where no other node has it.
   * Rejects with BAD_CALL where the id was given to another act.
   */
  once(asked: Asked, lineage: string | null, perform: () => Promise<ActDocument>): Promise<ActDocument> {
    const known = this.#known.get(asked.call);
    if (known) return isSame(known, asked, lineage) ? known.outcome : Promise.reject(otherAct(asked.call));
    const outcome = perform();
    this.#known.set(asked.call, { asked, lineage, outcome });
    // Where nothing was done (no such node, refused) it may be asked for again, when that was mended say.
    const forget = (): void => {
      if (this.#known.get(asked.call)?.outcome === outcome) this.#known.delete(asked.call);
    };
    outcome.then(({ outcome: word }) => word === 'refused' && forget(), forget);
    if (this.#known.size > LIMITS.maxKnownCalls) this.#known.delete(this.#known.keys().next().value!);
    return outcome;
  }
}

/**
 * Whoever repeats a command names a path, and that is the successor's by now: the same lineage is the same act. Its
 * outcome is the first one's, so the successor is never touched.
 */
function isSame(known: KnownCall, again: Asked, lineage: string | null): boolean {
  const isSameNode = known.asked.node === again.node || (lineage !== null && lineage === known.lineage);
  return known.asked.act === again.act && isSameNode && known.asked.epoch === again.epoch;
}

function otherAct(call: string): PerchError {
  return new PerchError('BAD_CALL', `The call id ${call} was given to another act; each act needs its own`, {
    call,
  });
}
