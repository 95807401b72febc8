import { PerchError } from '../protocol/errors.ts';
import type { TreeNode } from '../protocol/tree.ts';
import { nearest } from './nearest.ts';

/**
 * The node a person means: an id, a lineage path (`app/games/7f3a`), or the end of one from a `/` on
 * (`games/7f3a`). The current incarnation is preferred over one that was told to end, that over ghosts, and of ghosts of one
 * lineage the newest.
 * Throws AMBIGUOUS_NODE with the ids to choose from, NO_SUCH_NODE with what is nearest.
 */
export function resolveNode(nodes: Iterable<TreeNode>, text: string): TreeNode {
  const all = [...nodes];
  const byId = all.find((node) => node.id === text);
  if (byId) return byId;
  const wanted = text.replace(/^\/+|\/+$/g, '');
  const exact = all.filter((node) => node.lineage === wanted);
  const matches = exact.length > 0 ? exact : all.filter((node) => node.lineage.endsWith(`/${wanted}`));
  const choices = matches.length === 0 ? [] : preferLiving(matches);
  const only = choices[0];
  if (choices.length === 1 && only) return only;
  throw only ? ambiguous(text, choices) : noSuchNode(text, all);
}

function preferLiving(matches: TreeNode[]): TreeNode[] {
  const living = matches.filter((node) => node.endedAt === null);
  const current = living.filter(({ status }) => status !== 'stopping' && status !== 'straggler');
  if (current.length > 0) return current;
  if (living.length > 0) return living;
  if (new Set(matches.map((node) => node.lineage)).size > 1) return matches;
  return [matches.reduce((newest, node) => (node.startedAt >= newest.startedAt ? node : newest))];
}

function ambiguous(text: string, choices: TreeNode[]): PerchError {
  const shown = choices.slice(0, 10).map((node) => `${node.id} (${node.lineage})`);
  const rest = choices.length - shown.length;
  return new PerchError(
    'AMBIGUOUS_NODE',
    `"${text}" means ${choices.length} nodes: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    {
      node: text,
      choices: choices.map(({ id, lineage, incarnation }) => ({ id, lineage, incarnation })),
    },
  );
}

function noSuchNode(text: string, all: TreeNode[]): PerchError {
  const near = nearest(text, new Set(all.flatMap((node) => [node.lineage, node.id])));
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  return new PerchError('NO_SUCH_NODE', `There is no node "${text}" in this tree.${hint}`, {
    node: text,
    nearest: near,
  });
}
