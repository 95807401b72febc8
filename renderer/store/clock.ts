import { useEffect, useState } from 'react';
import { Value } from './value.ts';

/** The time of day, once a second, for ages on the screen. Milliseconds since 1970. */
export const now = new Value(Date.now());

setInterval(() => now.set(Date.now()), 1000);

/** Draws the component ten times a second while something in it runs down. */
export function useFastClock(isOn: boolean): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => tick((count) => count + 1), 100);
    return () => clearInterval(timer);
  }, [isOn]);
}
