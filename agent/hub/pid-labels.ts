import { LIMITS } from '../../protocol/limits.ts';

/**
 * How often a pid has been given to a process: its label is the pid, from the second one on with a suffix. What is
 * remembered is bounded, and no label is ever given twice all the same: a pid that is not remembered may have been
 * given as often as any that was forgotten, and begins behind that.
 */
export class PidLabels {
  /** Oldest first. */
  readonly #given = new Map<number, number>();
  #forgotten = 0;

  /** A label that no process has had. `wanted`: what it is called already, under an earlier hub. */
  next(pid: number, wanted?: { label: string; count: number }): string {
    const count = Math.max(wanted?.count ?? 0, (this.#given.get(pid) ?? this.#forgotten) + 1);
    this.#given.delete(pid);
    this.#given.set(pid, count);
    if (this.#given.size > LIMITS.maxKnownPids) this.#forgetOldest();
    return wanted?.label ?? (count === 1 ? String(pid) : `${pid}~${count}`);
  }

  #forgetOldest(): void {
    const [pid, count] = this.#given.entries().next().value!;
    this.#given.delete(pid);
    this.#forgotten = Math.max(this.#forgotten, count);
  }
}
