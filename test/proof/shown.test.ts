/** The proof's rule of three seconds finds what is shown alive for too long, and knows when nobody looked. */
import { describe, expect, it } from 'vitest';
import { Shown } from '../support/proof/shown.ts';

const ENDED_AT = 1000;

/** Looks every 50 ms until then, apart from while its loop stands; what ended at 1000 is shown alive throughout. */
function watched(until: number, stands?: { from: number; to: number }): Shown {
  const shown = new Shown();
  for (let now = 0; now <= until; now += 50) {
    if (stands && now > stands.from && now < stands.to) continue;
    shown.look(now);
    if (now < ENDED_AT) shown.agrees('1');
    else shown.isLate('1', 'g0 is shown running, and ended', ENDED_AT, now);
  }
  return shown;
}

describe('dead, and shown alive', () => {
  it('for three seconds is as promised', () => {
    const { faults, longestMs } = watched(ENDED_AT + 3000);
    expect(faults).toEqual([]);
    expect(longestMs).toBe(3000);
  });
  it('for longer is a fault, told once', () =>
    expect(watched(ENDED_AT + 4000).faults).toEqual(['g0 is shown running, and ended']));
  it('for longer, at one look only, had come in and was not read yet', () =>
    expect(watched(ENDED_AT + 3050).faults).toEqual([]));
  it('while nobody looked is not decided, and is said', () => {
    const shown = watched(ENDED_AT + 4000, { from: 1500, to: 4500 });
    expect(shown.faults).toEqual([]);
    expect(shown.undecided).toEqual(['g0 is shown running, and ended']);
    expect(shown.stoodMs).toBe(3000);
    expect(shown.longestMs).toBe(1000);
  });
  it('for three seconds of looking is a fault, however long nobody looked beside them', () =>
    expect(watched(ENDED_AT + 6500, { from: 1500, to: 4500 }).faults).toHaveLength(1));
  it('is not excused by a loop that stood before it ended', () =>
    expect(watched(ENDED_AT + 4000, { from: 100, to: 900 }).faults).toHaveLength(1));
});
