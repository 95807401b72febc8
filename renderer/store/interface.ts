import { create } from 'zustand';
import type { NodeProcess, Theme, WatchedPlace } from '../../electron/ipc.ts';
import type { Act } from '../../protocol/act.ts';
import { type NodesChoice, START_NODES } from '../nodes/choice.ts';
import { type OutlineChoice, START_CHOICE } from '../tree/outline-choice.ts';
import type { ActDetails } from './acts.ts';
import { type Panes, START_PANES } from './panes.ts';
import type { Pin } from './pins.ts';
import { NOWHERE, type Place } from './place.ts';

/** What the middle shows: what is wrong over the fleet, the fleet's nodes, or the tree of the open instance. */
export type Page = 'tree' | 'wrong' | 'nodes';
export type View = 'outline' | 'icicle' | 'drawing';
export type InspectorTab = 'overview' | 'state' | 'stack' | 'history';

/** What the screen shows and how; nothing of what is observed. */
export interface Interface {
  /** The instance that is open. */
  instance: string | null;
  page: Page;
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
  /** Order and filters of the list of nodes. */
  nodes: NodesChoice;
  theme: Theme;
  /** Sizes of the panes as the person drew them, in pixels. */
  panes: Panes;
  /** In percent. */
  zoom: number;
  isSheetOpen: boolean;
  isPaletteOpen: boolean;
  /** Inspectors that stay, in the order they were pinned. */
  pins: readonly Pin[];
  /** What Perch itself takes of the open instance is shown. */
  isCostOpen: boolean;
  /** A node that was gone to and is not in the tree of its instance. */
  missing: { instance: string; name: string } | null;
  /** An act that waits for its reason. `inSpiteOf`: why it was refused; it is done all the same then. */
  asked: { act: Act; instance: string; node: string; inSpiteOf?: string; details?: ActDetails } | null;
  /** The instance that is to be armed, once there is a reason. */
  arming: string | null;
  /** The Node processes without an agent are listed. */
  isUnobservedOpen: boolean;
  /** The process that the agent is to be put into, once the person has read what that does. */
  attaching: NodeProcess | null;
  /** The instance that the agent is to be taken out of, once there is a reason. */
  detaching: string | null;
  /** Epochs whose end was read and put away. */
  dismissed: ReadonlySet<string>;
  /** Places whose restarts the person is told of. */
  watched: readonly WatchedPlace[];
  hasNotifications: boolean;
  /** A line over everything that the person puts away; null: there is none. */
  notice: Notice | null;
}

export interface Notice {
  isBad: boolean;
  words: string;
  /** What to do about it. */
  mend?: string;
}

export const useInterface = create<Interface>(() => ({
  instance: null,
  page: 'wrong',
  places: {},
  view: 'outline',
  tab: 'overview',
  isStateLive: true,
  isTimelineNarrow: false,
  hasGhosts: true,
  outline: START_CHOICE,
  nodes: START_NODES,
  theme: 'system',
  panes: START_PANES,
  zoom: 100,
  isSheetOpen: false,
  isPaletteOpen: false,
  pins: [],
  isCostOpen: false,
  missing: null,
  asked: null,
  arming: null,
  isUnobservedOpen: false,
  attaching: null,
  detaching: null,
  dismissed: new Set(),
  watched: [],
  hasNotifications: true,
  notice: null,
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
