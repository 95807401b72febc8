/** From where on something is called wrong, each with the reason for its number. */
export const THRESHOLDS = {
  /**
   * Restarts under one supervisor within this time. OTP allows one in 5 s unless told; a service that is well does not
   * restart by itself, and one bad request seldom takes more than a few workers along.
   */
  stormMs: 60_000,
  stormRestarts: 5,
  /** One every three seconds: what is restarted hardly comes to work. */
  stormFailedRestarts: 20,
  /** Of a budget that is left, or one restart: from there on the app colours it too. */
  budgetLeft: 1 / 5,
  /**
   * Share of the heap's limit. V8 collects harder and harder from about here on, so that a service slows down before
   * it ends; what has once been found stays until it is clearly less, since each collection makes it swing.
   */
  heapWarning: 0.85,
  heapFailed: 0.95,
  heapOver: 0.8,
  /** Findings of one rule in one instance; the others are counted. Nobody reads a thousand stragglers. */
  maxOfOneRule: 10,
} as const;
