/**
 * `npm run test:otp`: the same random scenarios on OTP's supervisors and on ours. `--count N`, `--seed S`; with
 * `--path P` only that one, as it was printed.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { newState } from '../../agent/supervisor/state.ts';
import { transition } from '../../agent/supervisor/transition.ts';
import { prepareMachine } from '../../scripts/machine.ts';
import { Beam } from './beam.ts';
import { canonical } from './canonical.ts';
import { type Compared, compare, isSame, sample, shrink, tell } from './compare.ts';
import { coverageOf } from './coverage.ts';
import { DIFFERENCE_COUNT, wrongDifferences } from './differences.ts';
import { scenarios } from './generate.ts';
import { hunt } from './mutants/hunt.ts';
import { compareWithList } from './mutants/listed.ts';
import type { Mutant } from './mutants/mutate.ts';
import { canBeReal, runReal, withRepliesApart } from './real.ts';
import { runOurs } from './world.ts';
import { CORNERS } from './written.ts';

const MIN_COVERAGE_PERCENT = 95;
/** A machine that is late now and then makes so many scenarios in ten thousand differ once; more have another cause. */
const MAX_ONCE = 5;
/** What mutants are held against is the same in every run: a seldom one must not get away by chance. */
const HUNTING = { count: 1500, seed: 1 };
/** So many of the scenarios run through the public API as well. */
const MIN_REAL_PERCENT = 5;
/** Of those that differ so many are made small. */
const MAX_SHRUNK = 3;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    path: { type: 'string' },
  },
});
const seed = Number(values.seed);
const decisions = { transition, newState };
const say = (line: string): void => console.log(line);

const missing = await prepareMachine(['otp'], say);
if (missing) throw new Error(`the machine lacks Erlang, run: ${missing}`);
if (values.path === undefined) await compareMany(Number(values.count));
else await replay(values.path);

async function compareMany(count: number): Promise<void> {
  const faults: string[] = [];
  say(`seed ${seed}`);
  const beam = new Beam({ cover: true });
  const { compared, differing, tally } = await compare(beam, decisions, sample(count, seed));
  const corners = await compare(beam, decisions, CORNERS);
  for (const at of corners.differing) faults.push(`a corner differs\n${tell(corners.compared[at]!)}`);
  say(`scenarios ${count}, differences ${differing.length}`);
  say(`met by scenarios: ${tally}`);
  if (tally.late > 0) say(`run again because the machine was late: ${tally.late}`);
  if (tally.once > 0) say(`differed once, and in no run after that: ${tally.once}`);
  if (tally.once > MAX_ONCE)
    faults.push(`${tally.once} scenarios differed once: what OTP did is not certain`);
  for (const at of differing.slice(0, MAX_SHRUNK)) say(await shrink(beam, decisions, seed, at));
  if (differing.length > 0) faults.push(`${differing.length} scenarios differ`);
  if (tally.nones.length > 0) faults.push(`no scenario met: ${tally.nones.join(', ')}`);
  faults.push(...(await compareReal(compared)));
  const wrong = await wrongDifferences(beam, decisions);
  say(`intended differences shown one by one: ${DIFFERENCE_COUNT - wrong.length} of ${DIFFERENCE_COUNT}`);
  faults.push(...wrong);
  const answered = await compare(beam, decisions, [...CORNERS, ...sample(HUNTING.count, HUNTING.seed)]);
  const coverage = coverageOf(await beam.coverage());
  await beam.end();
  say(`supervisor.erl: ${coverage.reached} of ${coverage.lines} lines that decide, ${coverage.percent} %`);
  for (const line of coverage.missed) say(`  not reached: ${line}`);
  if (coverage.unknown.length > 0) faults.push(`supervisor.erl has no ${coverage.unknown.join(', ')}`);
  if (coverage.percent < MIN_COVERAGE_PERCENT)
    faults.push(`less than ${MIN_COVERAGE_PERCENT} % were reached`);
  if (answered.differing.length > 0)
    faults.push('no mutants were hunted: what is not mutated differs already');
  else faults.push(...huntMutants(answered.compared));
  for (const fault of faults) say(`fault: ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

/** The same answers against the public API, with tasks, wherever these can do what the scenario says. */
async function compareReal(compared: readonly Compared[]): Promise<string[]> {
  const possible = compared.filter(({ scenario }) => canBeReal(scenario));
  const faults: string[] = [];
  for (const { scenario, otp: theirs } of possible) {
    const otp = withRepliesApart(theirs);
    const ours = withRepliesApart(canonical(await runReal(scenario), scenario, 'ours'));
    if (!isSame(otp, ours))
      faults.push(`through the public API it differs\n${tell({ scenario, otp, ours })}`);
  }
  say(`through the public API ${possible.length}, differences ${faults.length}`);
  if (possible.length * 100 < compared.length * MIN_REAL_PERCENT)
    faults.push('too few scenarios can be real');
  return faults;
}

/** Says how many mutants of the decisions were caught; gives what is wrong with that. */
function huntMutants(answered: readonly Compared[]): string[] {
  const { mutants, byOtp, byUnitTests, survivors } = hunt(answered);
  const { unlisted, idle } = compareWithList(survivors);
  const caught = `caught ${byOtp + byUnitTests} (by OTP's answers ${byOtp}, by unit tests ${byUnitTests})`;
  say(`mutants ${mutants}, ${caught}, listed ${survivors.length - unlisted.length}`);
  const tell = ({ file, line, what, source }: Mutant) => `${file}:${line}: ${what} in ${source}`;
  return [
    ...unlisted.map((mutant) => `nothing catches ${tell(mutant)}; test it, or list it in mutants/listed.ts`),
    ...idle.map((each) => `mutants/listed.ts lists what is caught, or is no more: ${each}`),
  ];
}

/** One scenario with all that happened, on both sides. */
async function replay(path: string): Promise<void> {
  const beam = new Beam({ cover: false });
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    const { log } = await beam.run(scenario);
    const otp = canonical(log, scenario, 'otp');
    say(tell({ scenario, otp, ours: canonical(runOurs(scenario, decisions), scenario, 'ours') }));
  });
  await fc.check(property, { seed, path, numRuns: 1, endOnFailure: true });
  await beam.end();
}
