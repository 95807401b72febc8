import type { TreeNode } from '../../protocol/tree.ts';
import { ask } from '../bridge.ts';
import { fleet, instancesOf, observedAt } from '../store/desk.ts';
import { placeOf, useInterface } from '../store/interface.ts';
import { chooseOutline } from '../tree/choose.ts';
import { withoutChips } from '../tree/outline-choice.ts';
import { search, select } from '../tree/use-outline.ts';

/** What is around the selection and the open instance: other lives, everything that a filter hides, the connection. */

/** True, or why there is no such life. */
export function lifeOffer(step: 1 | -1): true | string {
  if (!selected()) return 'Select a node first';
  if (lifeBeside(step)) return true;
  return step === -1 ? 'The tree has no earlier one: see History' : 'There is no later one';
}

/** Selects the life before (-1) or after (1) the one that is selected. */
export function stepLife(step: 1 | -1): void {
  const { instance } = useInterface.getState();
  const life = lifeBeside(step);
  if (instance !== null && life) select(instance, observedAt(instance).tree, life.id);
}

function lifeBeside(step: 1 | -1): TreeNode | null {
  const { instance } = useInterface.getState();
  const at = selected();
  if (instance === null || !at) return null;
  const lives = observedAt(instance).tree.livesAt(at.key);
  const index = lives.findIndex(({ id }) => id === at.id);
  return index === -1 ? null : (lives[index + step] ?? null);
}

function selected() {
  return placeOf(useInterface.getState().instance).selected;
}

export function clearOffer(): true | string {
  const { instance, outline } = useInterface.getState();
  const isAny = outline.chips.length > 0 || placeOf(instance).query !== '';
  return isAny || 'Nothing is filtered';
}

/** Shows again what the search and the filters hide. */
export function clearFilters(): void {
  const { instance } = useInterface.getState();
  if (instance !== null) search(instance, observedAt(instance).tree, '');
  chooseOutline(withoutChips);
}

export function reconnectOffer(): true | string {
  const { instance } = useInterface.getState();
  const known = instancesOf(fleet.get()).find(({ key }) => key === instance);
  if (!known) return 'Open an instance first';
  return known.state !== 'live' || 'It is connected';
}

/** Does not wait for the next try. */
export function reconnect(): void {
  const { instance } = useInterface.getState();
  if (instance !== null) void ask('reconnect', { instance });
}
