import { type InspectorTab, placeOf, show, useInterface } from './interface.ts';
import { followed, NOWHERE, type Selection } from './place.ts';
import type { TreeStore } from './tree-store.ts';

/** An inspector that stays at a place while the selection goes elsewhere. */
export interface Pin {
  /** The instance and the key of the place. */
  id: string;
  instance: string;
  selected: Selection;
  /** What it was called, for when it is gone. */
  title: string;
  tab: InspectorTab;
}

/** More beside the one of the selection no screen holds. */
export const MAX_PINS = 3;

/** True, or why the selection cannot be pinned. */
export function pinOffer(): true | string {
  const { instance, pins, page } = useInterface.getState();
  if (page !== 'tree') return 'Inspectors stand beside a tree: go there first';
  if (pinInFocus() !== null || pinOfSelection()) return true;
  if (instance === null || !placeOf(instance).selected) return 'Select a node first';
  return pins.length < MAX_PINS ? true : `${MAX_PINS} are pinned already`;
}

/** The one key: pins what is selected; closes the pinned inspector with the focus, or the one of what is selected. */
export function togglePin(titleOf: (instance: string, id: string) => string): void {
  const pinned = pinInFocus() ?? pinOfSelection()?.id ?? null;
  if (pinned !== null) return unpin(pinned);
  const { instance, pins, tab } = useInterface.getState();
  const selected = placeOf(instance).selected;
  if (instance === null || !selected || pins.length >= MAX_PINS) return;
  const title = titleOf(instance, selected.id);
  const pin: Pin = { id: `${instance} ${selected.key}`, instance, selected, title, tab };
  show({ pins: [...pins, pin] });
}

export function unpin(id: string): void {
  const had = pinInFocus() === id;
  show({ pins: useInterface.getState().pins.filter((pin) => pin.id !== id) });
  // The focus goes with it otherwise.
  if (had) {
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('.inspector [role="tab"][data-selected]')?.focus(),
    );
  }
}

/** Shows a tab: of the pinned inspector with the focus, else of the selection's. */
export function showTab(tab: InspectorTab): void {
  const id = pinInFocus();
  if (id === null) show({ tab });
  else showPinnedTab(id, tab);
}

export function showPinnedTab(id: string, tab: InspectorTab): void {
  show({ pins: useInterface.getState().pins.map((pin) => (pin.id === id ? { ...pin, tab } : pin)) });
}

/** After the tree of an instance changed: each goes on to the successor of what it shows. */
export function followPins(instance: string, tree: TreeStore): void {
  const { pins } = useInterface.getState();
  const next = pins.map((pin) => {
    if (pin.instance !== instance) return pin;
    const { selected } = followed({ ...NOWHERE, selected: pin.selected }, tree, 0);
    return selected === pin.selected ? pin : { ...pin, selected: selected! };
  });
  if (next.some((pin, at) => pin !== pins[at])) show({ pins: next });
}

/** Whose trees have to be live beside the open one's. */
export function pinnedElsewhere(open: string | null): string[] {
  return [...new Set(useInterface.getState().pins.map(({ instance }) => instance))].filter(
    (instance) => instance !== open,
  );
}

function pinInFocus(): string | null {
  return document.activeElement?.closest<HTMLElement>('[data-pin]')?.dataset.pin ?? null;
}

function pinOfSelection(): Pin | undefined {
  const { instance, pins } = useInterface.getState();
  const key = placeOf(instance).selected?.key;
  return pins.find((pin) => pin.instance === instance && pin.selected.key === key);
}
