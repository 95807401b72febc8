import type { PerchError } from '../protocol/errors.ts';

const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/**
 * How long to wait before the next try after `failures` of them: doubling, at most 15 s, and between half and all
 * of it by chance, so that a hundred clients do not come back in step.
 */
export function backOffMs(failures: number, random: () => number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return Math.round(whole * (0.5 + random() / 2));
}

/** Failures to connect that a service on its way back shows. */
export const COMES_BACK: ReadonlySet<string> = new Set([
  'CONNECT_FAILED',
  'CONNECTION_LOST',
  'TIMEOUT',
  'TUNNEL_OFF',
]);

/** What a failed connection leaves an instance in, and whether trying again by itself can help. */
export interface AfterFailure {
  state: 'unreachable' | 'refused' | 'host-key-changed' | 'host-key-unknown' | 'tunnel-off' | 'gone';
  retry: 'back-off' | 'soon' | 'when-asked';
}

export function afterFailure(error: PerchError): AfterFailure {
  switch (error.code) {
    case 'HOST_KEY_CHANGED':
      return { state: 'host-key-changed', retry: 'when-asked' };
    case 'HOST_KEY_UNKNOWN':
      return { state: 'host-key-unknown', retry: 'when-asked' };
    // Looking whether the interface is there costs nothing on the network.
    case 'TUNNEL_OFF':
      return { state: 'tunnel-off', retry: 'soon' };
    case 'GONE':
      return { state: 'gone', retry: 'when-asked' };
    case 'KEY_REFUSED':
    case 'CAPABILITY_MISSING':
    case 'NO_IDENTITY':
    case 'BAD_IDENTITY':
    case 'PASSPHRASE_NEEDED':
    case 'VERSION_SKEW':
    case 'BAD_USAGE':
      return { state: 'refused', retry: 'when-asked' };
    default:
      return { state: 'unreachable', retry: 'back-off' };
  }
}
