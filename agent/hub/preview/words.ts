import type { Act } from '../../../protocol/act.ts';
import type { Preview } from '../../../protocol/preview.ts';

/** What would happen, in one sentence. */
export function previewWords({
  act,
  node,
  stops,
  stopsMore,
  restarts,
  restartsMore,
  ...rest
}: Preview): string {
  const { possible, why, budget, givesUp } = rest;
  if (!possible) return why;
  const name = `${node.lineage} #${node.incarnation}`;
  const target = stops.find(({ id }) => id === node.id);
  // The thread or process that a worker runs in is that worker, for who reads it.
  const counted = target?.restart ? stops.filter(({ restart }) => restart !== null) : stops;
  const ended = counted.length + stopsMore;
  const others = ended - (target ? 1 : 0);
  const started = restarts.length + restartsMore;
  const isBack = restarts.some(({ lineage }) => lineage === node.lineage);
  const parts = [ended === 0 ? `${name} does not run` : `${name} ${ENDS[act] ?? `: ${act}`}`];
  if (others > 0) parts[0] += ` and ${others} more with it`;
  if (givesUp.length > 0)
    parts.push(`${list(givesUp)} ${givesUp.length > 1 ? 'give' : 'gives'} up${spent(budget)}`);
  if (started === 0) parts.push('nothing is started again');
  else if (isBack)
    parts.push(started === 1 ? 'it is started again' : `it is started again with ${started - 1} more`);
  else parts.push(`${started} ${started === 1 ? 'is' : 'are'} started again, without it`);
  if (act === 'kill' && budget && givesUp.length === 0 && budget.after > budget.before)
    parts.push(used(budget));
  return parts.join('; ');
}

const ENDS: Partial<Record<Act, string>> = {
  kill: 'is killed',
  stop: 'is stopped',
  restart: 'is stopped',
};

function list(lineages: readonly string[]): string {
  return lineages.length < 2
    ? lineages.join('')
    : `${lineages.slice(0, -1).join(', ')} and ${lineages.at(-1)}`;
}

function spent(budget: Preview['budget']): string {
  return budget
    ? `, as ${budget.after} restarts are more than ${budget.intensity} in ${budget.periodMs / 1000} s`
    : '';
}

function used({ by, after, intensity, periodMs }: NonNullable<Preview['budget']>): string {
  return `that is restart ${after} of ${intensity} in ${periodMs / 1000} s of ${by}`;
}
