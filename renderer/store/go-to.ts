import type { TreeNode } from '../../protocol/tree.ts';
import { focusPane } from '../ui/panes.ts';
import { observe, observedAt } from './desk.ts';
import { type InspectorTab, placeOf, setPlace, show, useInterface } from './interface.ts';
import { chosen, revealed } from './place.ts';
import { isAlive } from './row-keys.ts';
import type { TreeStore } from './tree-store.ts';

/** A place in the fleet: an instance, a node of it by id or else by lineage (its newest life), a tab of its inspector. */
export interface Destination {
  instance: string;
  lineage?: string;
  node?: string;
  tab?: InspectorTab;
}

/** A tree that has just come may still be coming in parts: so long its nodes may be on their way. */
const ARRIVING_MS = 1500;

/** Ends the wait for a place that was not there yet. */
let stopWaiting = (): void => {};

/**
 * Goes to a place from anywhere: opens its instance, selects the node in sight and shows the tab. Where the tree is not
 * there yet it goes once it is; where the node is not in it, `Interface.missing` says so, and it still goes if the node
 * comes, unless the person went elsewhere meanwhile.
 */
export function goTo(destination: Destination): void {
  const { tab } = destination;
  show({ page: 'tree', ...(tab === undefined ? {} : { tab }) });
  seek(destination, focusTree);
}

/**
 * Selects a node of any instance, for what is done with the selection, without leaving the page; then calls back, at once
 * where its tree is there. Where the node is not in it nothing is called, and `Interface.missing` says so.
 */
export function selectHere(destination: Omit<Destination, 'tab'>, selected: () => void): void {
  seek(destination, selected);
}

function seek({ instance, lineage, node }: Destination, arrived: () => void): void {
  stopWaiting();
  const isOpen = useInterface.getState().instance === instance;
  observe(instance);
  show({ missing: null });
  const name = lineage ?? node;
  if (name === undefined) return arrived();
  const { tree } = observedAt(instance);
  const arrive = (): boolean => {
    const found =
      (node === undefined ? null : tree.node(node)) ??
      (lineage === undefined ? null : newestOf(tree, lineage));
    if (!found) return false;
    setPlace(instance, chosen(revealed(placeOf(instance), tree, found.id), tree, found.id));
    show({ missing: null });
    arrived();
    return true;
  };
  if (!arrive()) waitFor(instance, tree, name, arrive, isOpen && tree.size > 0);
}

function waitFor(
  instance: string,
  tree: TreeStore,
  name: string,
  arrive: () => boolean,
  isWhole: boolean,
): void {
  const { selected } = placeOf(instance);
  const { page: start } = useInterface.getState();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const saySo = (): void => show({ missing: { instance, name } });
  const offShape = tree.onShape(() => {
    if (arrive()) stopWaiting();
    else if (tree.size > 0) timer ??= setTimeout(saySo, ARRIVING_MS);
  });
  const offInterface = useInterface.subscribe(({ instance: open, page }) => {
    if (open !== instance || page !== start || placeOf(instance).selected !== selected) {
      stopWaiting();
      if (useInterface.getState().missing) show({ missing: null });
    }
  });
  stopWaiting = () => {
    stopWaiting = () => {};
    offShape();
    offInterface();
    if (timer !== null) clearTimeout(timer);
  };
  if (isWhole) saySo();
  else if (tree.size > 0) timer = setTimeout(saySo, ARRIVING_MS);
}

/** The life at this lineage that a person would mean: one that lives before one that has ended, then the newest. */
function newestOf(tree: TreeStore, lineage: string): TreeNode | null {
  let best: TreeNode | null = null;
  for (const node of tree.nodes()) {
    if (node.lineage !== lineage) continue;
    if (
      best === null ||
      Number(isAlive(node)) - Number(isAlive(best)) > 0 ||
      (isAlive(node) === isAlive(best) && node.incarnation > best.incarnation)
    )
      best = node;
  }
  return best;
}

/** So that the keys go on where the person went; the pane may be drawn only with the next frame. */
function focusTree(): void {
  requestAnimationFrame(() => focusPane('tree'));
}
