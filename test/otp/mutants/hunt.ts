import { readFileSync } from 'node:fs';
import path from 'node:path';
import { canonical } from '../canonical.ts';
import { type Compared, isSame } from '../compare.ts';
import { runOurs } from '../world.ts';
import { Loader, root } from './load.ts';
import { type Mutant, mutantsOf } from './mutate.ts';

/** `transition` and what decides beside it. */
const FILES = ['transition', 'sequence', 'requests', 'strategy', 'restart-window'].map(
  (name) => `agent/supervisor/${name}.ts`,
);
/** The quick ones first. */
const UNIT_TESTS = [
  'transition.test',
  'transition.stale.test',
  'restart-window.test',
  'back-off.test',
  'transition.random.test',
].map((name) => `test/agent/supervisor/${name}.ts`);

export interface Hunt {
  mutants: number;
  /** Caught by a scenario, because OTP answered otherwise. */
  byOtp: number;
  /** Caught only by a unit test: OTP has no such thing, or it is not to be seen from outside. */
  byUnitTests: number;
  survivors: Mutant[];
}

/** Runs every mutant against what OTP answered, and then against the unit tests. */
export function hunt(answered: readonly Compared[]): Hunt {
  const mutants = FILES.flatMap((file) => mutantsOf(file, readFileSync(path.join(root, file), 'utf8')));
  const isUsable = usableTests();
  // What caught a mutant catches others: those are tried first.
  const order = [...answered];
  const result: Hunt = { mutants: mutants.length, byOtp: 0, byUnitTests: 0, survivors: [] };
  for (const mutant of mutants) {
    const changed = new Map([[mutant.file, mutant.text]]);
    if (isCaughtByOtp(new Loader(changed), order)) result.byOtp++;
    else if (isCaughtByUnitTest(new Loader(changed), isUsable)) result.byUnitTests++;
    else result.survivors.push(mutant);
  }
  return result;
}

function isCaughtByOtp(loader: Loader, order: Compared[]): boolean {
  const decisions = orNull(() => loader.decisions());
  if (!decisions) return true;
  const at = order.findIndex(({ scenario, otp }) => {
    loader.begin();
    const ours = orNull(() => canonical(runOurs(scenario, decisions), scenario, 'ours'));
    return !isSame(ours, otp);
  });
  if (at > 0) order.unshift(...order.splice(at, 1));
  return at >= 0;
}

function isCaughtByUnitTest(loader: Loader, isUsable: ReadonlySet<string>): boolean {
  return UNIT_TESTS.some((file) =>
    loader.tests(file).some(({ name, run }) => isUsable.has(`${file} ${name}`) && !passes(loader, run)),
  );
}

/** Tests that pass on the decisions as they are, and need nothing but them. */
function usableTests(): Set<string> {
  const loader = new Loader();
  const usable = UNIT_TESTS.flatMap((file) =>
    loader.tests(file).flatMap(({ name, run }) => (passes(loader, run) ? [`${file} ${name}`] : [])),
  );
  return new Set(usable);
}

function passes(loader: Loader, run: () => unknown): boolean {
  loader.begin();
  try {
    const result = run();
    if (!(result instanceof Promise)) return true;
    result.catch(() => {});
    return false;
  } catch {
    return false;
  }
}

function orNull<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}
