import { describe, expect, it } from 'vitest';
import {
  type Evidence,
  type Probe,
  peerState,
  type Reading,
  tunnelState,
} from '../../../client/wireguard/state.ts';

const T0 = 1_732_400_000_000;
const FRA = 'fra (10.77.1.2:7400)';

/** A look each second for `seconds`; `counters` gives what the peer's are by then. */
function watched(
  seconds: number,
  counters: (second: number) => { handshakeS?: number | null; rx?: number; tx?: number },
  more: Partial<Evidence> = {},
): Evidence {
  const readings: Reading[] = Array.from({ length: seconds + 1 }, (_, second) => {
    const { handshakeS = -10, rx = 1000, tx = 1000 } = counters(second);
    const handshakeAtMs = handshakeS === null ? null : T0 + handshakeS * 1000;
    return { atMs: T0 + second * 1000, handshakeAtMs, rxBytes: rx, txBytes: tx };
  });
  return { nowMs: T0 + seconds * 1000, isUp: true, readings, keepaliveS: 25, probes: [], ...more };
}

function probe(outcome: Probe['outcome'], startedS: number, endedS: number | null, place = FRA): Probe {
  return {
    place,
    startedAtMs: T0 + startedS * 1000,
    endedAtMs: endedS === null ? null : T0 + endedS * 1000,
    outcome,
  };
}

const stateOf = (evidence: Evidence) => peerState(evidence).state;

describe('the state of a peer', () => {
  it('is off without an interface, or when a connect finds no address to start from', () => {
    expect(stateOf(watched(0, () => ({}), { isUp: false }))).toBe('off');
    expect(stateOf(watched(0, () => ({}), { probes: [probe('no-address', 0, 0)] }))).toBe('off');
  });

  it('is up as long as agents answer, and agent-down when one refuses', () => {
    const silentCounters = watched(8, (second) => ({ tx: 1000 + second * 100 }));
    expect(stateOf(silentCounters)).toBe('stale');
    expect(stateOf({ ...silentCounters, probes: [probe('answered', 7, 7)] })).toBe('up');
    const refused = peerState({ ...silentCounters, probes: [probe('refused', 7, 7)] });
    expect(refused).toMatchObject({ state: 'agent-down', place: FRA });
    const lax = 'lax (10.77.2.2:7400)';
    const both = [probe('answered', 7, 7), probe('refused', 7, 7, lax)];
    expect(peerState({ ...silentCounters, probes: both })).toMatchObject({ state: 'agent-down', place: lax });
  });

  it('believes the latest probe of a place, and none for longer than ten seconds', () => {
    const probes = [probe('refused', 0, 0), probe('answered', 5, 5), probe('waiting', 7, null)];
    expect(stateOf(watched(8, () => ({}), { probes }))).toBe('up');
    const late = watched(20, (second) => ({ tx: 1000 + second * 100 }), {
      probes: [probe('answered', 5, 5)],
    });
    expect(stateOf(late)).toBe('stale');
  });

  it('is connecting for ten seconds, then without handshake', () => {
    const never = (seconds: number) =>
      watched(seconds, (second) => ({ handshakeS: null, rx: 0, tx: 148 * (1 + Math.floor(second / 5)) }));
    expect(peerState(never(9))).toMatchObject({ state: 'connecting', isSettled: false, ageMs: 9000 });
    expect(stateOf(never(10))).toBe('no-handshake');
  });

  it('knows from one look how often a handshake was tried', () => {
    expect(stateOf(watched(0, () => ({ handshakeS: null, rx: 0, tx: 148 * 3 })))).toBe('no-handshake');
    expect(stateOf(watched(0, () => ({ handshakeS: null, rx: 0, tx: 148 * 2 })))).toBe('connecting');
  });

  it('is idle before anything was sent, and offline when what should go out does not', () => {
    const nothing = (seconds: number) => watched(seconds, () => ({ handshakeS: null, rx: 0, tx: 0 }));
    expect(stateOf(nothing(30))).toBe('idle');
    expect(stateOf({ ...nothing(11), probes: [probe('silent', 0, 2.5), probe('waiting', 3, null)] })).toBe(
      'offline',
    );
    const later = watched(6, () => ({}), { probes: [probe('silent', 0, 2.5), probe('silent', 3, 5.5)] });
    expect(stateOf(later)).toBe('offline');
  });

  it('is stale five seconds after a question, not before, and up again with the answer', () => {
    const asks = (seconds: number) =>
      watched(seconds, (second) => ({ tx: second < 3 ? 1000 : 1000 + (second - 2) * 96 }));
    expect(stateOf(asks(7))).toBe('up');
    expect(peerState(asks(8))).toMatchObject({ state: 'stale', isSettled: true });
    const answered = watched(9, (second) => ({ tx: second < 3 ? 1000 : 2000, rx: second < 9 ? 1000 : 1064 }));
    expect(stateOf(answered)).toBe('up');
  });

  it('tells how long ago the last packet came', () => {
    const heardAtTwo = watched(9, (second) => ({ rx: second < 2 ? 1000 : 1100, tx: 1000 + second * 200 }));
    expect(peerState(heardAtTwo)).toMatchObject({ state: 'stale', ageMs: 7000 });
  });

  it('raises no alarm for an idle tunnel in 200 s, with and without keepalives', () => {
    for (let seconds = 1; seconds <= 200; seconds++) {
      // Every 25 s 32 bytes go out, which nobody answers; after 120 s a new handshake, 148 out and 92 in.
      const kept = watched(seconds, (second) => ({
        tx: 1000 + 32 * Math.floor(second / 25) + (second >= 115 ? 148 : 0),
        rx: second >= 115 ? 1092 : 1000,
        handshakeS: second >= 115 ? 115 : -5,
      }));
      expect(stateOf(kept), `${seconds} s`).toBe('up');
      const quiet = watched(seconds, () => ({}), { keepaliveS: null });
      expect(stateOf(quiet), `${seconds} s`).toBe(seconds <= 170 ? 'up' : 'idle');
    }
  });

  it('is stale when keepalives go out and no handshake was made for three minutes', () => {
    expect(stateOf(watched(0, () => ({ handshakeS: -180 })))).toBe('up');
    expect(stateOf(watched(0, () => ({ handshakeS: -181 })))).toBe('stale');
  });

  it('is not surprised by a clock that was put back', () => {
    expect(peerState(watched(0, () => ({ handshakeS: 3600 })))).toMatchObject({ state: 'up', ageMs: 0 });
  });
});

describe('without root', () => {
  const blind = (more: Partial<Evidence> = {}) => ({ ...watched(6, () => ({})), readings: [], ...more });

  it('is unknown, unless a probe knows', () => {
    expect(stateOf(blind())).toBe('unknown');
    expect(stateOf(blind({ probes: [probe('answered', 6, 6)] }))).toBe('up');
    expect(stateOf(blind({ probes: [probe('waiting', 5, null)] }))).toBe('unknown');
    expect(stateOf(blind({ probes: [probe('silent', 0, 2.5), probe('waiting', 3, null)] }))).toBe('stale');
  });

  it('reads what it can from the interface', () => {
    const counters = (seconds: number, rx: (second: number) => number): Evidence => {
      const { readings, ...rest } = watched(seconds, (second) => ({
        rx: rx(second),
        tx: 1000 + 100 * second,
      }));
      return { ...rest, readings: readings.map((reading) => ({ ...reading, handshakeAtMs: 'unknown' })) };
    };
    expect(stateOf(counters(4, (second) => 1000 + second))).toBe('up');
    expect(stateOf(counters(4, () => 1000))).toBe('unknown');
    expect(stateOf(counters(6, () => 1000))).toBe('stale');
  });
});

it('a tunnel is as bad as its worst peer', () => {
  expect(tunnelState(['up', 'up'])).toBe('up');
  expect(tunnelState(['up', 'stale', 'agent-down'])).toBe('stale');
  expect(tunnelState(['up', 'agent-down'])).toBe('agent-down');
});
