import { fleet, instancesOf, observedAt, openInstance } from './desk.ts';
import { goTo } from './go-to.ts';
import { type Interface, show, useInterface } from './interface.ts';
import { cameTo, NO_TRAIL, type Spot, stepped } from './trail.ts';
import { Value } from './value.ts';

/** Where this person was in this window. */
export const trail = new Value(NO_TRAIL);

let isStepping = false;

/** Keeps the way from now on: every page, instance and selection, however a person came there. */
export function keepWay(): void {
  useInterface.subscribe((state) => {
    if (!isStepping) trail.set(cameTo(trail.get(), spotOf(state), Date.now()));
  });
}

/** True, or why there is no way there. */
export function stepOffer(step: 1 | -1): true | string {
  if (stepped(trail.get(), step, isThere)) return true;
  return step === -1 ? 'There is nothing before it' : 'There is nothing after it';
}

/** Back (-1) or forward (1) to where the person was; what is no longer there is passed over. */
export function stepWay(step: 1 | -1): void {
  const found = stepped(trail.get(), step, isThere);
  if (!found) return;
  trail.set(found.trail);
  isStepping = true;
  try {
    takeTo(found.spot);
  } finally {
    isStepping = false;
  }
}

function takeTo({ page, instance, key }: Spot): void {
  if (page !== 'tree' || instance === null) return show({ page });
  const node = key === null ? null : observedAt(instance).tree.newestAt(key);
  if (node) goTo({ instance, node: node.id });
  else openInstance(instance);
}

/** A tree that was put away is not asked for what it had. */
function isThere({ page, instance, key }: Spot): boolean {
  if (page !== 'tree') return true;
  if (!instancesOf(fleet.get()).some((each) => each.key === instance)) return false;
  const { tree } = observedAt(instance!);
  return key === null || tree.size === 0 || tree.newestAt(key) !== null;
}

function spotOf({ page, instance, places }: Interface): Spot {
  // The other pages are of the whole fleet.
  if (page !== 'tree') return { page, instance: null, key: null };
  const place = instance === null ? undefined : places[instance];
  return { page, instance, key: place?.selected?.key ?? null };
}
