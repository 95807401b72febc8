import type { WatchedPlace } from '../../electron/ipc.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { ask } from '../bridge.ts';
import { isListHere, rowHere } from '../nodes/row-here.ts';
import { say } from '../ui/said.tsx';
import { facts, observedAt } from './desk.ts';
import { placeOf, show, useInterface } from './interface.ts';

/** Takes over what was watched before, and tells the main process what is looked at: that needs no notification. */
export function keepWatched(): void {
  facts.subscribe(() => {
    const found = facts.get();
    if (found) show({ watched: found.watched, hasNotifications: found.hasNotifications });
  });
  let told = '';
  useInterface.subscribe(() => {
    const { page, instance } = useInterface.getState();
    const place = page === 'tree' ? placeHere() : null;
    const looked = { instance, lineage: place?.lineage ?? null };
    const text = JSON.stringify(looked);
    if (text === told) return;
    told = text;
    void ask('look-at', looked);
  });
}

/** The place that is selected. */
function placeHere(): WatchedPlace | null {
  const row = isListHere() ? rowHere() : null;
  const instance = row?.instance ?? useInterface.getState().instance;
  const id = isListHere() ? undefined : placeOf(instance).selected?.id;
  const lineage =
    row?.lineage ??
    (instance === null || id === undefined ? null : observedAt(instance).tree.node(id)?.lineage);
  // One that is longer no notification could name.
  const isNamed = lineage && lineage.length <= LIMITS.maxLinkChars;
  return instance === null || !isNamed ? null : { instance, lineage };
}

export function isWatched(watched: readonly WatchedPlace[], instance: string, lineage: string): boolean {
  return watched.some((place) => place.instance === instance && place.lineage === lineage);
}

/** True, or why the selected place cannot be watched. */
export function watchOffer(): true | string {
  const place = placeHere();
  if (!place) return 'No node is selected.';
  const { watched } = useInterface.getState();
  const isFull = watched.length >= LIMITS.maxWatchedPlaces;
  return isFull && !isWatched(watched, place.instance, place.lineage)
    ? 'No more places can be watched.'
    : true;
}

/** Watches the selected place from now on, or no longer. */
export function toggleWatched(): void {
  const place = placeHere();
  if (!place) return;
  const { watched } = useInterface.getState();
  const others = watched.filter((each) => each.instance !== place.instance || each.lineage !== place.lineage);
  const isOver = others.length < watched.length;
  const places = isOver ? others : [...watched, place];
  say(isOver ? `${place.lineage} is not watched any more` : `${place.lineage} is watched for restarts`);
  show({ watched: places });
  void ask('keep-watched', { places });
}

export function toggleNotifications(): void {
  const isOn = !useInterface.getState().hasNotifications;
  const words = isOn
    ? 'Notifications are on: watched places that restart, and budgets that are spent.'
    : 'Notifications are off.';
  show({ hasNotifications: isOn, notice: { isBad: false, words } });
  void ask('set-notifications', { isOn });
}
