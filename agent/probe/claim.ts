/**
 * Who has an act that was sent to a thread: still open, taken by the thread's probe, or withdrawn by the hub. Shared
 * memory, since a message that waits in a blocked thread cannot be called back, and must not be carried out later
 * when the answer was already that it is refused.
 */
const OPEN = 0;
const TAKEN = 1;
const WITHDRAWN = 2;

export function newClaim(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The probe's side: true when it may go on. */
export function take(claim: SharedArrayBuffer): boolean {
  return Atomics.compareExchange(new Int32Array(claim), 0, OPEN, TAKEN) === OPEN;
}

/** The hub's side: true when nobody took it, and nobody will. */
export function withdraw(claim: SharedArrayBuffer): boolean {
  return Atomics.compareExchange(new Int32Array(claim), 0, OPEN, WITHDRAWN) === OPEN;
}
