import { describe, expect, it } from 'vitest';
import { afterFailure, backOffMs } from '../../client/back-off.ts';
import { type ErrorCode, PerchError } from '../../protocol/errors.ts';

describe('the wait between two tries', () => {
  it('doubles from 250 ms to 15 s', () => {
    expect([1, 2, 3, 4, 7, 8, 100].map((failures) => backOffMs(failures, () => 1))).toEqual([
      250, 500, 1000, 2000, 15_000, 15_000, 15_000,
    ]);
  });

  it('is between half and all of it by chance', () => {
    expect(backOffMs(1, () => 0)).toBe(125);
    expect(backOffMs(1, () => 0.5)).toBe(188);
  });
});

describe('what a failure leaves an instance in', () => {
  it.each<[ErrorCode, string, string]>([
    ['KEY_REFUSED', 'refused', 'when-asked'],
    ['NO_IDENTITY', 'refused', 'when-asked'],
    ['VERSION_SKEW', 'refused', 'when-asked'],
    ['HOST_KEY_CHANGED', 'host-key-changed', 'when-asked'],
    ['HOST_KEY_UNKNOWN', 'host-key-unknown', 'when-asked'],
    ['TUNNEL_OFF', 'tunnel-off', 'soon'],
    ['GONE', 'gone', 'when-asked'],
    ['CONNECT_FAILED', 'unreachable', 'back-off'],
    ['CONNECTION_LOST', 'unreachable', 'back-off'],
  ])('%s: %s, tried again %s', (code, state, retry) => {
    expect(afterFailure(new PerchError(code, 'why'))).toEqual({ state, retry });
  });
});
