import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { descendants, isAlive, makeHome } from '../support/demo.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each(['SIGTERM', 'SIGINT'] as const)(
  '`npm start` without a display says in one line how to go on, runs the example, and %s ends all of it',
  async (signal) => {
    const home = makeHome();
    const start = spawn(
      process.execPath,
      [path.join(root, 'node_modules/tsx/dist/cli.mjs'), 'scripts/start.ts'],
      {
        cwd: root,
        env: home.env,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines = createInterface({ input: start.stdout });
    const said: string[] = [];
    for await (const line of lines) {
      said.push(line);
      if (line.startsWith('No display')) break;
    }
    expect(said.filter((line) => line !== 'building')).toHaveLength(1);
    expect(said.at(-1)).toMatch(
      /until Ctrl-C; go on in another terminal with: npx perch fleet · npx perch tree tictactoe-fra/,
    );
    expect((await home.fleet()).map(({ name }) => name).toSorted()).toEqual([
      'tictactoe-fra',
      'tictactoe-lax',
    ]);

    const family = descendants(start.pid!);
    // tsx, the script, the demo, two games and their score keepers, at least.
    expect(family.length).toBeGreaterThanOrEqual(6);
    const ended = once(start, 'exit');
    start.kill(signal);
    expect(await ended).toEqual([0, null]);
    expect(family.filter(isAlive)).toEqual([]);
    home.remove();
  },
);
