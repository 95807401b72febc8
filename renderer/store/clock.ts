import { Value } from './value.ts';

/** The time of day, once a second, for ages on the screen. Milliseconds since 1970. */
export const now = new Value(Date.now());

setInterval(() => now.set(Date.now()), 1000);
