import { describe, expect, it } from 'vitest';
import { resolveNode } from '../../client/node.ts';
import type { PerchError } from '../../protocol/errors.ts';
import { nodeOf } from './scripted-session.ts';

const tree = [
  nodeOf('4121', { lineage: 'process:tictactoe', kind: 'process' }),
  nodeOf('4121.0', { lineage: 'main', kind: 'thread' }),
  nodeOf('4121.0.1', { lineage: 'app', kind: 'supervisor' }),
  nodeOf('4121.0.2', { lineage: 'app/games', kind: 'supervisor' }),
  nodeOf('4121.0.3', { lineage: 'app/games/7f3a', endedAt: 5, status: 'exited', startedAt: 1 }),
  nodeOf('4121.0.4', { lineage: 'app/games/7f3a', incarnation: 2, startedAt: 5 }),
  nodeOf('4121.0.5', { lineage: 'app/games/dead', endedAt: 5, status: 'exited', startedAt: 1 }),
  nodeOf('4121.0.6', {
    lineage: 'app/games/dead',
    endedAt: 9,
    status: 'exited',
    startedAt: 6,
    incarnation: 2,
  }),
  nodeOf('4121.0.7', { lineage: 'app/deaf', status: 'straggler' }),
  nodeOf('4121.0.9', { lineage: 'app/deaf', incarnation: 3, status: 'stopping' }),
  nodeOf('4121.0.8', { lineage: 'app/deaf', incarnation: 2 }),
  nodeOf('5000.0', { lineage: 'process:scores/main', kind: 'thread' }),
  nodeOf('5001.0', { lineage: 'process:scores/main', kind: 'thread' }),
];

function failure(text: string): PerchError {
  try {
    resolveNode(tree, text);
  } catch (error) {
    return error as PerchError;
  }
  throw new Error(`${text} was found`);
}

describe('resolveNode', () => {
  it.each([
    ['an id', '4121.0', '4121.0'],
    ['the id of a ghost', '4121.0.3', '4121.0.3'],
    ['a lineage, and the living incarnation of it', 'app/games/7f3a', '4121.0.4'],
    ['the end of a lineage', 'games/7f3a', '4121.0.4'],
    ['a whole lineage before one that only ends like it', 'main', '4121.0'],
    ['the newest ghost where nothing lives', 'app/games/dead', '4121.0.6'],
    ['the one that was not told to end', 'app/deaf', '4121.0.8'],
    ['a lineage with slashes around it', '/app/games/', '4121.0.2'],
  ])('takes %s', (_, text, id) => {
    expect(resolveNode(tree, text).id).toBe(id);
  });

  it('does not take the end of a name for the end of a path', () => {
    expect(failure('ames/7f3a').code).toBe('NO_SUCH_NODE');
  });

  it('lists the ids when a path means several', () => {
    const error = failure('process:scores/main');
    expect(error.code).toBe('AMBIGUOUS_NODE');
    expect(error.message).toContain('5000.0 (process:scores/main), 5001.0');
    expect(error.facts.choices).toEqual([
      { id: '5000.0', lineage: 'process:scores/main', incarnation: 1 },
      { id: '5001.0', lineage: 'process:scores/main', incarnation: 1 },
    ]);
  });

  it('names what is near a mistyped one', () => {
    const error = failure('app/gmaes/7f3a');
    expect(error.code).toBe('NO_SUCH_NODE');
    expect(error.facts.nearest).toEqual(['app/games/7f3a']);
    expect(error.message).toContain('Did you mean app/games/7f3a?');
  });
});
