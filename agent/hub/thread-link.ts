import { type ErrorDocument, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { HubMessage, ProbeMessage, Question, Questions } from '../probe/messages.ts';
import { PulseReader } from '../probe/pulse.ts';

interface Asked {
  resolve(value: unknown): void;
  reject(error: PerchError): void;
  timer: NodeJS.Timeout;
}

/** One observed thread as the hub holds it: its pulse, and questions under way. */
export class ThreadLink {
  readonly pulse: PulseReader;
  /** Since when its loop stands still, by `performance.now()`; null while it turns. */
  blockedSince: number | null = null;
  /** It belongs to a pool whose idle threads stand still until there is work: that is no trouble. Null: it does not. */
  parking: 'parked' | 'at work' | null = null;
  readonly #post: (message: HubMessage) => void;
  #asked = new Map<number, Asked>();
  #nextId = 1;
  #beats: number;
  #beatAt: number;

  readonly threadId: number;

  constructor(threadId: number, memory: SharedArrayBuffer, post: (message: HubMessage) => void, now: number) {
    this.threadId = threadId;
    this.pulse = new PulseReader(memory);
    this.#post = post;
    this.#beats = this.pulse.beats;
    this.#beatAt = now;
  }

  /** Why it is of no use to ask the thread now; null where it turns. */
  get trouble(): PerchError | null {
    const { isHeld } = this.pulse;
    if (this.parking === 'parked') return parkedNow(this.threadId);
    return this.blockedSince !== null || isHeld ? loopBlocked(this.threadId, isHeld) : null;
  }

  /** Asks the thread's probe. Rejects with LOOP_BLOCKED at once where its loop is known to stand still. */
  ask<Q extends Question>(
    question: Q,
    args: Questions[Q]['args'],
    timeoutMs: number,
  ): Promise<Questions[Q]['answer']> {
    const { trouble } = this;
    if (trouble) return Promise.reject(trouble);
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        reject(loopBlocked(this.threadId));
      }, timeoutMs);
      this.#asked.set(id, { resolve, reject, timer });
      this.#post({ t: 'ask', id, question, args } as HubMessage);
    }) as Promise<Questions[Q]['answer']>;
  }

  /** Takes an answer; false for any other message. */
  receive(message: ProbeMessage): boolean {
    if (message.t !== 'answer' && message.t !== 'failed') return false;
    const asked = this.#asked.get(message.id);
    if (!asked) return true;
    this.#asked.delete(message.id);
    clearTimeout(asked.timer);
    if (message.t === 'answer') asked.resolve(message.value);
    else asked.reject(PerchError.fromDocument(message.error as ErrorDocument));
    return true;
  }

  /**
   * Looks at the heartbeat. Returns what changed: the loop came to stand still, or turns again (with how long
   * it stood).
   */
  check(now: number): { blocked: true } | { blocked: false; blockedMs: number } | null {
    const { beats } = this.pulse;
    // It stands still by order, and says nothing about itself.
    if (this.pulse.isHeld && this.blockedSince === null) this.#beatAt = now;
    // Whether one that stands still has work is known from the next look at its pool on.
    const isParked = this.parking === 'parked';
    if (isParked) this.#beatAt = now;
    if (beats !== this.#beats || (isParked && this.blockedSince !== null)) {
      this.#beats = beats;
      this.#beatAt = now;
      if (this.blockedSince === null) return null;
      const blockedMs = now - this.blockedSince;
      this.blockedSince = null;
      return { blocked: false, blockedMs };
    }
    if (
      this.blockedSince !== null ||
      now - this.#beatAt < (this.parking ? LIMITS.parkingMs : LIMITS.blockedMs)
    )
      return null;
    this.blockedSince = this.#beatAt;
    for (const [id, asked] of this.#asked) {
      this.#asked.delete(id);
      clearTimeout(asked.timer);
      asked.reject(loopBlocked(this.threadId));
    }
    return { blocked: true };
  }

  /** The hub itself was late or asleep: beats that it did not see are no sign of anything. */
  forgive(now: number): void {
    this.#beatAt = now;
  }

  /** The thread ended. */
  close(): void {
    for (const asked of this.#asked.values()) {
      clearTimeout(asked.timer);
      asked.reject(new PerchError('GONE', `Thread ${this.threadId} has ended`));
    }
    this.#asked.clear();
  }
}

function parkedNow(threadId: number): PerchError {
  return new PerchError('LOOP_BLOCKED', `Thread ${threadId} stands still until its pool has work for it`, {
    threadId,
  });
}

function loopBlocked(threadId: number, isHeld = false): PerchError {
  const name = threadId === 0 ? 'the main thread' : `thread ${threadId}`;
  const how = isHeld ? 'is suspended' : 'stands still';
  return new PerchError('LOOP_BLOCKED', `The event loop of ${name} ${how}`, { threadId });
}
