import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PerchError } from '../../protocol/errors.ts';
import { command } from '../command.ts';
import { demoKey } from '../demo/key.ts';
import { freePort } from '../demo/ports.ts';
import { type DemoInstance, type RegionPlan, runRegion } from '../demo/region.ts';
import type { Output } from '../output.ts';

/** Agents from 127.0.0.1:7401 on, games from :8401 on. */
const REGIONS = ['fra', 'lax'];
const FIRST_AGENT_PORT = 7401;
const FIRST_GAME_PORT = 8401;

export const demo = command({
  args: [],
  options: { forget: { kind: 'flag', does: 'A killed game starts empty instead of from its moves.' } },
  about: `Starts the example game in two regions, ${REGIONS.join(' and ')}, on this computer, until Ctrl-C or SIGTERM. While it runs, every command finds its instances by name.`,
  json: '{instances:[{name,region,address,url,hostKey}], identity}',
  examples: ['demo', 'demo --forget --json'],
  async run({ options, out, signal }) {
    const key = await demoKey();
    const plans = await plan(key.authorizedKey, options.forget ? ['--forget'] : []);
    // One that fails ends the other, too.
    const own = new AbortController();
    // Started with a channel (`npm start`): it ends with whoever started it, however that ended.
    process.once('disconnect', () => own.abort());
    const either = AbortSignal.any([signal, own.signal]);
    const starts = plans.map((each) => runRegion(each, either, (line) => out.note(line)));
    try {
      const regions = await Promise.all(starts);
      const instances = regions.map(({ instance }) => instance);
      out.document({ instances, identity: key.file });
      out.text(words(instances, key.file, out));
      await Promise.all(regions.map(({ ended }) => ended));
      return 0;
    } catch (thrown) {
      if (either.aborted) return 0;
      throw thrown;
    } finally {
      own.abort();
      const started = await Promise.allSettled(starts);
      await Promise.allSettled(started.map((each) => each.status === 'fulfilled' && each.value.ended));
    }
  },
});

async function plan(authorizedKey: string, args: readonly string[]): Promise<RegionPlan[]> {
  const program = fileURLToPath(new URL('../examples/tictactoe/main.js', import.meta.url));
  if (!existsSync(program)) throw new PerchError('INTERNAL', `The example is not built: no ${program}`);
  const plans: RegionPlan[] = [];
  const taken = new Set<number>();
  const next = async (from: number) => {
    const port = await freePort(from, taken);
    taken.add(port);
    return port;
  };
  for (const [index, region] of REGIONS.entries()) {
    const agentPort = await next(FIRST_AGENT_PORT + index);
    const gamePort = await next(FIRST_GAME_PORT + index);
    plans.push({ region, program, args, agentPort, gamePort, authorizedKey });
  }
  return plans;
}

function words(instances: readonly DemoInstance[], identity: string, out: Output): string {
  const lines = instances.map(
    ({ name, address, url }) => `${out.paint.strong(name)}  game ${url}  agent ${address}`,
  );
  const name = instances[0]!.name;
  return [
    ...lines,
    '',
    'Go on in another terminal:',
    '  perch fleet',
    `  perch tree ${name}`,
    `  perch state ${name} app/games/ID`,
    `  perch kill ${name} app/games/ID --reason "to see it come back"`,
    out.paint.faint(`Over the network instead: --identity ${identity}. Ctrl-C ends the demo.`),
  ].join('\n');
}
