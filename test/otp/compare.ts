import fc from 'fast-check';
import type { Beam, Log } from './beam.ts';
import { canonical } from './canonical.ts';
import { scenarios } from './generate.ts';
import { reconcile } from './reconcile.ts';
import type { Scenario } from './scenario.ts';
import { type Met, Tally, witness } from './tally.ts';
import { type Decisions, runOurs } from './world.ts';

/** A scenario that took so much longer than its waits came too near to the edge of a period: the shortest is a second. */
const MAX_LATE_MS = 900;
const MAX_RUNS = 5;
/** What differs is looked at so many times more. */
const MORE_LOOKS = 3;

/** A scenario with what both did, canonical, intended differences reconciled. */
export interface Compared {
  scenario: Scenario;
  otp: Log;
  ours: Log;
}

export interface Comparison {
  compared: Compared[];
  /** Places of scenarios that differ. */
  differing: number[];
  tally: Tally;
}

/** Scenario n of a seed is always the same. */
export function sample(count: number, seed: number): Scenario[] {
  return fc.sample(scenarios, { numRuns: count, seed });
}

/** Runs scenarios on OTP and on ours. */
export async function compare(
  beam: Beam,
  decisions: Decisions,
  all: readonly Scenario[],
): Promise<Comparison> {
  const tally = new Tally();
  const compared = await Promise.all(
    all.map(async (scenario) => {
      const met = tally.ofOneScenario();
      const ours = oursOf(scenario, decisions, met);
      const otp = reconcile(await otpOf(beam, scenario, tally, met), ours, scenario, met);
      return { scenario, otp, ours };
    }),
  );
  const differing: number[] = [];
  for (const [at, { otp, ours, scenario }] of compared.entries()) {
    if (isSame(otp, ours)) continue;
    const again = await sameAgain(beam, scenario, ours);
    if (again) {
      tally.once++;
      compared[at] = again;
    } else differing.push(at);
  }
  return { compared, differing, tally };
}

/**
 * Ours is the same each time, and so is OTP's log where the machine kept up. One that OTP gave once, and gives no more
 * however often it is asked, is the machine's; null: it is OTP's.
 */
async function sameAgain(beam: Beam, scenario: Scenario, ours: Log): Promise<Compared | null> {
  let last: Compared | null = null;
  for (let look = 1; look <= MORE_LOOKS; look++) {
    const otp = reconcile(await otpOf(beam, scenario, new Tally(), () => {}), ours, scenario, () => {});
    if (!isSame(otp, ours)) return null;
    last = { scenario, otp, ours };
  }
  return last;
}

/** The smallest scenario that still differs, in words, with what replays it. */
export async function shrink(beam: Beam, decisions: Decisions, seed: number, at: number): Promise<string> {
  let last: Compared | null = null;
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    const ours = oursOf(scenario, decisions, () => {});
    const otp = reconcile(await otpOf(beam, scenario, new Tally(), () => {}), ours, scenario, () => {});
    if (isSame(otp, ours)) return true;
    last = { scenario, otp, ours };
    return false;
  });
  const found = await fc.check(property, {
    seed,
    path: String(at),
    numRuns: 1,
    interruptAfterTimeLimit: 60_000,
  });
  if (!last) return `scenario ${at} of seed ${seed} differed once, and not again`;
  return [
    `scenario ${at} of seed ${seed}; replay the smallest with --seed ${seed} --path ${found.counterexamplePath}`,
    tell(last),
  ].join('\n');
}

/** What happened on both sides, up to the first step that differs. */
export function tell({ scenario, otp, ours }: Compared): string {
  const lines = [`tree  ${JSON.stringify(scenario.root)}`, `plan  ${JSON.stringify(scenario.plan)}`];
  for (const [i, expected] of otp.entries()) {
    lines.push(i === 0 ? 'start' : `step ${i}  ${JSON.stringify(scenario.steps[i - 1])}`);
    const got = ours[i] ?? [];
    if (!isSame(expected, got)) {
      return [
        ...lines,
        ...expected.map((line) => `  OTP   ${line}`),
        ...got.map((line) => `  ours  ${line}`),
      ].join('\n');
    }
    lines.push(...expected.map((line) => `  both  ${line}`));
  }
  return lines.join('\n');
}

function oursOf(scenario: Scenario, decisions: Decisions, met: (what: Met) => void): Log {
  return canonical(runOurs(scenario, decisions, witness(scenario, met)), scenario, 'ours');
}

/** Again when it was late: then it is no longer certain which restarts count. */
async function otpOf(beam: Beam, scenario: Scenario, tally: Tally, met: (what: Met) => void): Promise<Log> {
  for (let run = 1; run <= MAX_RUNS; run++) {
    const { log, lateMs } = await beam.run(scenario);
    if (lateMs < MAX_LATE_MS) return canonical(log, scenario, 'otp', met);
    tally.late++;
  }
  throw new Error(
    `${MAX_RUNS} runs of a scenario were more than ${MAX_LATE_MS} ms late; is the machine busy?`,
  );
}

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
