import { create } from 'zustand';
import type { Theme } from '../../electron/ipc.ts';
import type { Act } from '../../protocol/act.ts';
import { type OutlineChoice, START_CHOICE } from '../tree/outline-choice.ts';
import type { ActDetails } from './acts.ts';
import { NOWHERE, type Place } from './place.ts';

export type View = 'outline' | 'drawing';
export type InspectorTab = 'overview' | 'state' | 'stack' | 'history';

/** What the screen shows and how; nothing of what is observed. */
export interface Interface {
  /** The instance that is open. */
  instance: string | null;
  places: Readonly<Record<string, Place>>;
  view: View;
  tab: InspectorTab;
  /** The state tab reads again every second. */
  isStateLive: boolean;
  /** Only what concerns the selection is in the timeline. */
  isTimelineNarrow: boolean;
  hasGhosts: boolean;
  /** Columns, order and filters of the outline. */
  outline: OutlineChoice;
  theme: Theme;
  isSheetOpen: boolean;
  /** An act that waits for its reason. `inSpiteOf`: why it was refused; it is done all the same then. */
  asked: { act: Act; instance: string; node: string; inSpiteOf?: string; details?: ActDetails } | null;
  /** The instance that is to be armed, once there is a reason. */
  arming: string | null;
  /** Epochs whose end was read and put away. */
  dismissed: ReadonlySet<string>;
}

export const useInterface = create<Interface>(() => ({
  instance: null,
  places: {},
  view: 'outline',
  tab: 'overview',
  isStateLive: true,
  isTimelineNarrow: false,
  hasGhosts: true,
  outline: START_CHOICE,
  theme: 'system',
  isSheetOpen: false,
  asked: null,
  arming: null,
  dismissed: new Set(),
}));

export function show(changed: Partial<Interface>): void {
  useInterface.setState(changed);
}

export function placeOf(instance: string | null): Place {
  return (instance === null ? undefined : useInterface.getState().places[instance]) ?? NOWHERE;
}

export function usePlace(instance: string | null): Place {
  return useInterface(({ places }) => (instance === null ? undefined : places[instance]) ?? NOWHERE);
}

export function setPlace(instance: string, place: Place): void {
  if (place === placeOf(instance)) return;
  useInterface.setState(({ places }) => ({ places: { ...places, [instance]: place } }));
}
