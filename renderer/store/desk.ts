import type { AppFacts, FleetView, InstanceView, Push } from '../../electron/ipc.ts';
import { asPerchError } from '../../protocol/errors.ts';
import { ask } from '../bridge.ts';
import { onActProgress } from './acts.ts';
import { placeOf, setPlace, show, useInterface } from './interface.ts';
import { followed } from './place.ts';
import { Timeline, type TimelineRow } from './timeline.ts';
import { TreeStore } from './tree-store.ts';
import { useValue, Value } from './value.ts';

/** What is known of one instance here. Kept while the app runs, so that coming back finds everything in place. */
export interface Observed {
  tree: TreeStore;
  timeline: Value<readonly TimelineRow[]>;
  /** What else the ledger tells; read it when `timeline` changed. */
  fold: Pick<Timeline, 'isCut' | 'previous' | 'leaseOf'>;
}

export const fleet = new Value<FleetView | null>(null);
export const facts = new Value<AppFacts | null>(null);

interface Known extends Observed {
  fold: Timeline;
  /** For which epoch the black box was asked. */
  askedFor: string;
}

const observed = new Map<string, Known>();

/** Connects the stores to the main process, once. */
export async function startDesk(): Promise<void> {
  window.perch.onPush(receive);
  const found = await ask('start', {});
  facts.set(found);
  show({ theme: found.theme });
}

export function observedAt(instance: string): Observed {
  const known = observed.get(instance);
  if (known) return known;
  const tree = new TreeStore(() => void ask('watch', { instance }));
  tree.onShape(() => setPlace(instance, followed(placeOf(instance), tree, Date.now())));
  const made = { tree, timeline: new Value<readonly TimelineRow[]>([]), fold: new Timeline(), askedFor: '' };
  observed.set(instance, made);
  return made;
}

/** Opens an instance: its tree and timeline stream in from now on. */
export function openInstance(instance: string): void {
  if (useInterface.getState().instance === instance) return;
  show({ instance });
  void ask('watch', { instance });
}

export function instancesOf(view: FleetView | null): InstanceView[] {
  return (view?.environments ?? []).flatMap(({ instances }) => instances);
}

export function useInstance(key: string | null): InstanceView | null {
  const view = useValue(fleet);
  return instancesOf(view).find((instance) => instance.key === key) ?? null;
}

function receive(push: Push): void {
  switch (push.kind) {
    case 'fleet':
      openListed(fleet.get(), push.fleet);
      fleet.set(push.fleet);
      return;
    case 'tree':
      observedAt(push.instance).tree.receive(push.event);
      return;
    case 'ledger': {
      const known = observedAt(push.instance) as Known;
      const { fold, timeline } = known;
      if (fold.add(push.answer.epoch, push.answer.events)) timeline.set(fold.rows);
      void learnPrevious(push.instance, known);
      return;
    }
    case 'act':
      onActProgress(push.call, push.progress);
      return;
    case 'menu':
      fromMenu(push.item);
      return;
    default:
      push satisfies never;
  }
}

/** Where the ledger was cut, what it said of the life before may be gone from it; the black box is asked, once. */
async function learnPrevious(instance: string, known: Known): Promise<void> {
  const { fold, timeline } = known;
  const { epoch } = fold;
  if (!fold.isCut || fold.previous || known.askedFor === epoch) return;
  known.askedFor = epoch;
  try {
    const { previous } = await ask('black-box', { instance });
    if (!previous || fold.epoch !== epoch || fold.previous) return;
    fold.previous = previous;
    timeline.set([...fold.rows]);
  } catch (thrown) {
    // It is asked again with what the ledger says after that; an agent that knows no such call is not.
    const isLost = asPerchError(thrown).code === 'CONNECTION_LOST';
    if (isLost && known.askedFor === epoch) known.askedFor = '';
  }
}

let fromMenu: (item: Extract<Push, { kind: 'menu' }>['item']) => void = () => {};

/** Who answers the window's menu. */
export function onMenu(listener: typeof fromMenu): void {
  fromMenu = listener;
}

/**
 * Nothing is open, or what was is no longer listed. It may be listed elsewhere now (an instance of this computer is
 * shown once, where the inventory put it): then the person comes along; else the first that can be looked at.
 */
function openListed(before: FleetView | null, view: FleetView): void {
  const instances = instancesOf(view);
  const { instance: open } = useInterface.getState();
  if (instances.some(({ key }) => key === open)) return;
  const live = instances.filter(({ state }) => state === 'live');
  const epoch = instancesOf(before).find(({ key }) => key === open)?.info?.epoch;
  const same = epoch === undefined ? undefined : live.find(({ info }) => info?.epoch === epoch);
  if (same && open !== null) {
    const place = placeOf(open);
    setPlace(same.key, { ...place, revealAt: (place.revealAt ?? 0) + 1 });
  }
  const next = same ?? live[0];
  if (next) openInstance(next.key);
  else if (open !== null) show({ instance: null });
}
