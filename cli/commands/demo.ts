import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { command } from '../command.ts';
import { demoKey } from '../demo/key.ts';
import { freePort } from '../demo/ports.ts';
import { type DemoInstance, runRegion } from '../demo/region.ts';
import type { Output } from '../output.ts';

/** Agents from 127.0.0.1:7401 on, games from :8401 on. */
const REGIONS = ['fra', 'lax'];
const FIRST_AGENT_PORT = 7401;
const FIRST_GAME_PORT = 8401;
const PORT_TRIES = 5;

export const demo = command({
  args: [],
  options: { forget: { kind: 'flag', does: 'A killed game starts empty instead of from its moves.' } },
  about: `Starts the example game in two regions, ${REGIONS.join(' and ')}, on this computer, until Ctrl-C or SIGTERM. While it runs, every command finds its instances by name.`,
  json: '{instances:[{name,region,address,url,hostKey}], identity}',
  examples: ['demo', 'demo --forget --json'],
  async run({ options, out, signal }) {
    const key = await demoKey();
    const program = examplePath();
    const args = options.forget ? ['--forget'] : [];
    const taken = new Set<number>();
    // One that fails ends the other, too.
    const own = new AbortController();
    // Started with a channel (`npm start`): it ends with whoever started it, however that ended.
    process.once('disconnect', () => own.abort());
    const either = AbortSignal.any([signal, own.signal]);
    const starts = REGIONS.map((region, index) =>
      startRegion(index, taken, (ports) =>
        runRegion({ region, program, args, ...ports, authorizedKey: key.authorizedKey }, either, (line) =>
          out.note(line),
        ),
      ),
    );
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

function examplePath(): string {
  const program = fileURLToPath(new URL('../examples/tictactoe/main.js', import.meta.url));
  if (!existsSync(program)) throw new PerchError('INTERNAL', `The example is not built: no ${program}`);
  return program;
}

/** Finds free ports and starts on them; again on others when somebody took one in between. */
async function startRegion<T>(
  index: number,
  taken: Set<number>,
  run: (ports: { agentPort: number; gamePort: number }) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const agentPort = await freePort(FIRST_AGENT_PORT + index, taken);
    const gamePort = await freePort(FIRST_GAME_PORT + index, taken);
    try {
      return await run({ agentPort, gamePort });
    } catch (thrown) {
      if (tries === PORT_TRIES || !asPerchError(thrown).facts.isPortTaken) throw thrown;
    }
  }
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
