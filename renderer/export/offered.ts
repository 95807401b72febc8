import { useEffect, useRef } from 'react';
import { fleet, instancesOf } from '../store/desk.ts';
import type { Picture } from './pen.ts';

/** What stands on the screen and can be saved, by whoever draws it. */
interface Offered {
  /** `image`: a canvas that holds it already, where it is no drawing of lines. */
  picture: { name: string; make(): Picture | null; image?(): HTMLCanvasElement | null };
  table: { name: string; csv(): string };
}

const offered: { [K in keyof Offered]?: () => Offered[K] } = {};

/** Offers it for as long as its part of the screen is there. */
export function useOffered<K extends keyof Offered>(kind: K, make: () => Offered[K]): void {
  const latest = useRef(make);
  latest.current = make;
  useEffect(() => {
    const now = () => latest.current();
    const all: Partial<Record<keyof Offered, unknown>> = offered;
    all[kind] = now;
    return () => {
      if (all[kind] === now) delete all[kind];
    };
  }, [kind]);
}

export function offeredNow<K extends keyof Offered>(kind: K): Offered[K] | null {
  return offered[kind]?.() ?? null;
}

/** What a file of this instance is called. */
export function nameOf(instance: string): string {
  return instancesOf(fleet.get()).find(({ key }) => key === instance)?.name ?? 'perch';
}
