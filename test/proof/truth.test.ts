/**
 * Acts on real services while client, tunnel, hub or service is cut at a random phase: no outcome contradicts what the
 * service's own log and /proc say, nothing is done twice, and nothing dead is shown alive for long.
 * PROOF_SEED replays a run, PROOF_ACTS changes how many there are; PROOF_LOG_ACTS=1 prints each.
 */
import { afterEach, expect, test } from 'vitest';
import { Driver, type Verdict } from '../support/proof/driver.ts';
import { Random } from '../support/random.ts';

const ACTS = Number(process.env.PROOF_ACTS ?? 1000);
const SERVICES = 8;
const seed = Number(process.env.PROOF_SEED ?? Math.floor(Math.random() * 2 ** 31));

const drivers: Driver[] = [];
afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
});

test(`${ACTS} acts, each cut somewhere, and no word of Perch that is not so`, async () => {
  console.log(`PROOF_SEED=${seed}`);
  const verdicts = await Promise.all(
    Array.from({ length: SERVICES }, async (_, at): Promise<Verdict> => {
      const say = (line: string) => process.env.PROOF_LOG_ACTS && console.log(`${at}: ${line}`);
      const driver = await Driver.start(new Random(seed + at), say);
      drivers.push(driver);
      return driver.run(ACTS / SERVICES);
    }),
  );
  const counts = new Map<string, number>();
  for (const verdict of verdicts) {
    for (const [what, count] of verdict.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  }
  console.log(Object.fromEntries([...counts].sort()));
  const shown = verdicts.map((verdict) => verdict.shown);
  console.log(`longest shown after its end: ${most(shown.map(({ longestMs }) => longestMs))} ms`);
  console.log(`the onlooker itself stood for ${most(shown.map(({ stoodMs }) => stoodMs))} ms, not decided:`, [
    ...shown.flatMap(({ undecided }) => undecided),
  ]);
  console.log(`heap: ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`);
  expect(verdicts.flatMap(({ contradictions }) => contradictions)).toEqual([]);
});

function most(figures: number[]): number {
  return Math.round(Math.max(...figures));
}
