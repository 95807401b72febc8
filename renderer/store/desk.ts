import type { AppFacts, FleetView, InstanceView, Push } from '../../electron/ipc.ts';
import { asPerchError } from '../../protocol/errors.ts';
import { ask, onPush } from '../bridge.ts';
import { onActProgress } from './acts.ts';
import { onAttachStep } from './attaching.ts';
import { now } from './clock.ts';
import type { Waiting } from './hold.ts';
import { placeOf, setPlace, show, useInterface } from './interface.ts';
import { isHeld, liveAgain, paused, pauseWorld } from './pause.ts';
import { followPins, pinnedElsewhere } from './pins.ts';
import { followed } from './place.ts';
import { shared } from './shared.ts';
import { Timeline, type TimelineRow } from './timeline.ts';
import { TreeStore } from './tree-store.ts';
import { useOfValue, Value } from './value.ts';

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
  /** Events since the clock's last second. */
  events: number;
}

/** More events within a second are a flood. */
const FEW_EVENTS = 50;

const observed = new Map<string, Known>();

/** Connects the stores to the main process, once. */
export async function startDesk(): Promise<void> {
  onPush(receive);
  const found = await ask('start', {});
  show({ theme: found.theme, zoom: found.zoom });
  facts.set(found);
}

export function observedAt(instance: string): Observed {
  const known = observed.get(instance);
  if (known) return known;
  const tree = new TreeStore(watch);
  tree.onShape(() => {
    setPlace(instance, followed(placeOf(instance), tree, Date.now()));
    followPins(instance, tree);
  });
  const made = {
    tree,
    timeline: new Value<readonly TimelineRow[]>([]),
    fold: new Timeline(),
    askedFor: '',
    events: 0,
  };
  observed.set(instance, made);
  // What comes in a flood is shown together, in one frame a second.
  now.subscribe(() => {
    made.events = 0;
    tree.tick();
    made.timeline.set(made.fold.rows);
  });
  return made;
}

/** Opens an instance and shows its tree. */
export function openInstance(instance: string): void {
  show({ page: 'tree' });
  observe(instance);
}

/** Tree and timeline of this instance stream in from now on; the page stays. */
export function observe(instance: string): void {
  if (useInterface.getState().instance === instance) return;
  show({ instance });
  watch();
}

/** Has tree and timeline of what is open sent whole, and of what is pinned elsewhere. */
function watch(): void {
  const { instance } = useInterface.getState();
  const also = pinnedElsewhere(instance);
  void ask('watch', also.length === 0 ? { instance } : { instance, also });
}

export function instancesOf(view: FleetView | null): InstanceView[] {
  return (view?.environments ?? []).flatMap(({ instances }) => instances);
}

export function useInstance(key: string | null): InstanceView | null {
  return useOfValue(fleet, (view) => instancesOf(view).find((instance) => instance.key === key) ?? null);
}

function receive(push: Push): void {
  switch (push.kind) {
    case 'fleet':
      openListed(fleet.get(), push.fleet);
      fleet.set(shared<FleetView | null>(fleet.get(), push.fleet));
      return;
    case 'tree':
    case 'ledger':
      if (!isHeld(push, observedAt(push.instance).tree.size > 0)) apply(push);
      return;
    case 'act':
      onActProgress(push.call, push.progress);
      return;
    case 'attach':
      onAttachStep(push.pid, push.words);
      return;
    case 'menu':
      fromMenu(push.item);
      return;
    case 'link':
    case 'link-refused':
      fromLink(push);
      return;
    default:
      push satisfies never;
  }
}

function apply(push: Waiting): void {
  const known = observedAt(push.instance) as Known;
  if (push.kind === 'tree') {
    known.tree.receive(push.event);
    return;
  }
  const { fold } = known;
  if (fold.add(push.answer.epoch, push.answer.events)) {
    // What comes by the hundred nobody reads line by line.
    known.events += push.answer.events.length;
    if (known.events <= FEW_EVENTS || known.timeline.get().length === 0) known.timeline.set(fold.rows);
  }
  void learnPrevious(push.instance, known);
}

/** The one key: tree and timeline stand still, or go on with all that came meanwhile. */
export function togglePaused(): void {
  if (paused.get()) liveAgain(apply, watch);
  else pauseWorld();
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

type LinkPush = Extract<Push, { kind: 'link' | 'link-refused' }>;
let fromLink: (push: LinkPush) => void = () => {};

/** Who follows the links that were opened outside of the window. */
export function onLink(listener: typeof fromLink): void {
  fromLink = listener;
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
  if (next) observe(next.key);
  else if (open !== null) show({ instance: null });
}
