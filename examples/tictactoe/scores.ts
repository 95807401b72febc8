import { readFileSync, writeFileSync } from 'node:fs';
import type { WorkerContext } from '@perch/agent';
import { addResult, type FinishedGame, type Scores } from './scoreboard.ts';

/** The score keeper, a process of its own: counts each finished game and answers with the whole table. */
export async function run(context: WorkerContext<{ file: string }>): Promise<void> {
  const { file } = context.args;
  const table = { current: readScores(file) };
  context.state(table);
  context.onMessage((game: FinishedGame): Scores => {
    table.current = addResult(table.current, game);
    // What its successor starts from.
    writeFileSync(file, JSON.stringify(table.current));
    return table.current;
  });
  await context.stopped;
}

function readScores(file: string): Scores {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Scores;
  } catch {
    return {};
  }
}
