import type { SavedKind } from '../../electron/ipc.ts';
import type { Act } from '../../protocol/act.ts';
import { offerOf, requestAct } from '../act/offered.ts';
import { ACT_WORDS } from '../act/rules.ts';
import { attachOffer, detachOffer, listUnobserved } from '../attach/offered.ts';
import { saveCsv, saveOffer, savePng, saveSvg } from '../export/save.ts';
import { armingOffer, toggleArmed } from '../store/arming.ts';
import { observedAt, togglePaused } from '../store/desk.ts';
import { type InspectorTab, show, useInterface, type View } from '../store/interface.ts';
import { pinOffer, showTab, togglePin } from '../store/pins.ts';
import { toggleNotifications, toggleWatched, watchOffer } from '../store/watched.ts';
import { stepOffer, stepWay } from '../store/way.ts';
import { titleOf } from '../tree/words.ts';
import { focusNextPane, searchHere } from '../ui/panes.ts';
import { nextTheme } from '../ui/theme.ts';
import { zoomOffer, zoomWindow } from '../ui/zoom.ts';
import { clearFilters, clearOffer, lifeOffer, reconnect, reconnectOffer, stepLife } from './around.ts';
import type { Command, WidgetKeys } from './command.ts';
import { type Copied, copy, copyOffer } from './copies.ts';
import { openLinks, openLinksOffer } from './open-links.ts';
import { openPalette } from './palette/open.ts';

/**
 * Everything that can be done, each once: the keys that work anywhere, the sheet of keys, the palette and the menu of
 * the window are made from these rows, in this order. A key that is not here does not work.
 */
export const COMMANDS: readonly Command[] = [
  always('palette', 'Palette: commands, instances, nodes', 'Go', ['Mod+K', 'Mod+P'], openPalette),
  always('search', 'Search the tree', 'Go', ['/'], searchHere),
  always('wrong', 'What is wrong now', 'Go', ['W'], () => show({ page: 'wrong' })),
  always('nodes', 'Nodes: what takes most', 'Go', ['L'], () => show({ page: 'nodes' })),
  step('back', 'Back', -1, ['Alt+ArrowLeft', 'Mod+[']),
  step('forward', 'Forward', 1, ['Alt+ArrowRight', 'Mod+]']),
  always('next-pane', 'Next pane', 'Go', ['F6'], () => focusNextPane(1)),
  always('previous-pane', 'Previous pane', 'Go', ['Shift+F6'], () => focusNextPane(-1)),
  life('earlier-life', 'Earlier incarnation', -1, '['),
  life('later-life', 'Later incarnation', 1, ']'),
  tab('overview', 'Overview', '1'),
  tab('state', 'State', '2'),
  tab('stack', 'Stack', '3'),
  tab('history', 'History', '4'),

  act('break', ['B']),
  act('kill', ['K', 'Delete']),
  act('stop', ['S']),
  act('restart', ['R']),
  act('suspend', ['P']),
  act('resume', ['P']),
  act('signal', ['G']),
  act('start-child', ['N']),
  act('delete', ['X']),

  {
    id: 'pin',
    title: 'Pin the inspector beside, close it',
    group: 'View',
    keys: ['Shift+P'],
    isOffered: pinOffer,
    run: () => togglePin(nameOf),
  },
  copies('link', 'Copy link', ['Y']),
  copies('path', 'Copy path', []),
  copies('id', 'Copy id', []),
  copies('command', 'Copy as a perch command', ['Shift+Y']),

  view('outline', 'Outline', 'O'),
  view('icicle', 'Icicle', 'I'),
  view('drawing', 'Drawing', 'D'),
  always('ghosts', 'Show ghosts, hide them', 'View', [], () => show({ hasGhosts: !now().hasGhosts })),
  {
    id: 'clear-filters',
    title: 'Clear search and filters',
    group: 'View',
    keys: [],
    isOffered: clearOffer,
    run: clearFilters,
  },
  always('timeline-narrow', 'Timeline: only the selection, everything', 'View', [], () =>
    show({ isTimelineNarrow: !now().isTimelineNarrow }),
  ),
  zoom('zoom-in', 'Larger', 1, ['Mod++', 'Mod+=']),
  zoom('zoom-out', 'Smaller', -1, ['Mod+-']),
  zoom('zoom-reset', 'As large as at first', 0, ['Mod+0']),
  {
    id: 'watch',
    title: 'Watch for restarts, or no longer',
    group: 'Node',
    keys: ['*'],
    isOffered: watchOffer,
    run: toggleWatched,
  },
  exports('svg', 'Save the picture as SVG…', saveSvg),
  exports('png', 'Save the picture as PNG…', savePng),
  exports('csv', 'Save the table as CSV…', saveCsv),
  always('pause', 'Pause the world, live again', 'View', ['F8'], togglePaused),
  always('notifications', 'Notifications on, off', 'View', [], toggleNotifications),
  always('theme', 'Theme: system, light, dark', 'View', ['T'], nextTheme),

  {
    id: 'arm',
    title: 'Arm the instance, disarm it',
    group: 'Instance',
    keys: ['A'],
    isOffered: () => armingOffer(open()),
    run: () => toggleArmed(open()),
  },
  {
    id: 'reconnect',
    title: 'Connect again at once',
    group: 'Instance',
    keys: [],
    isOffered: reconnectOffer,
    run: reconnect,
  },
  {
    id: 'cost',
    title: 'What Perch itself costs the instance',
    group: 'Instance',
    keys: ['C'],
    isOffered: () => open() !== null || 'No instance is open.',
    run: () => show({ isCostOpen: true }),
  },

  {
    id: 'attach',
    title: 'Attach to a Node process of this computer…',
    group: 'Instance',
    keys: [],
    isOffered: attachOffer,
    run: listUnobserved,
  },
  {
    id: 'detach',
    title: 'Take the agent out of the instance…',
    group: 'Instance',
    keys: [],
    isOffered: () => detachOffer(open()),
    run: () => show({ detaching: open() }),
  },

  opensLinks('open-links', 'Open perch:// links with Perch', true),
  opensLinks('leave-links', 'Open perch:// links with Perch no longer', false),
  always('keys', 'Keys', 'Help', ['?'], () => show({ isSheetOpen: true })),
];

/** What the parts of the screen do with keys of their own. */
export const WIDGET_KEYS: readonly WidgetKeys[] = [
  {
    where: 'In what is wrong',
    keys: [
      [['ArrowUp', 'ArrowDown'], 'move'],
      [['Enter'], 'to the place'],
      [['1', '9'], 'to the place of the first nine'],
    ],
  },
  {
    where: 'In the tree',
    keys: [
      [['ArrowUp', 'ArrowDown'], 'move'],
      [['ArrowRight', 'ArrowLeft'], 'open, close, to the parent'],
      [['Home', 'End'], 'first, last'],
      [['Shift+F10'], 'menu'],
    ],
  },
  {
    where: 'On a head of the outline',
    keys: [
      [['Enter'], 'sort by it'],
      [['Alt+ArrowLeft', 'Alt+ArrowRight'], 'narrower, wider'],
      [['Shift+F10'], 'menu'],
    ],
  },
  {
    where: 'In the list of nodes',
    keys: [
      [['Enter'], 'to the node in its tree'],
      [['Space'], 'pause, live again'],
      [['Shift+F10'], 'menu, of a head its columns'],
    ],
  },
  {
    where: 'In the icicle',
    keys: [
      [['Enter'], 'only what is below it'],
      [['Escape', 'Backspace'], 'back out'],
      [['+', '-'], 'zoom'],
      [['0'], 'fit'],
      [['Tab'], 'to the strip of the whole, which arrows and pages move along'],
    ],
  },
  {
    where: 'In the drawing',
    keys: [
      [['+', '-'], 'zoom'],
      [['0'], 'fit'],
    ],
  },
  { where: 'In the timeline', keys: [[['Enter'], 'to the node, and what it did']] },
];

export function commandOf(id: string): Command | undefined {
  return COMMANDS.find((command) => command.id === id);
}

/** The keys of a command, the one to show beside a button first. */
export function keysOf(id: string): readonly string[] {
  return commandOf(id)?.keys ?? [];
}

function nameOf(instance: string, id: string): string {
  const node = observedAt(instance).tree.node(id);
  return node ? titleOf(node) : id;
}

function now() {
  return useInterface.getState();
}

function open(): string | null {
  return now().instance;
}

function always(
  id: string,
  title: string,
  group: Command['group'],
  keys: readonly string[],
  run: () => void,
): Command {
  return { id, title, group, keys, isOffered: () => true, run };
}

function tab(id: InspectorTab, title: string, key: string): Command {
  return always(`tab-${id}`, title, 'Go', [key], () => showTab(id));
}

function view(id: View, title: string, key: string): Command {
  return always(`view-${id}`, title, 'View', [key], () => show({ view: id, page: 'tree' }));
}

function life(id: string, title: string, by: 1 | -1, key: string): Command {
  return { id, title, group: 'Go', keys: [key], isOffered: () => lifeOffer(by), run: () => stepLife(by) };
}

function step(id: string, title: string, by: 1 | -1, keys: readonly string[]): Command {
  return { id, title, group: 'Go', keys, isOffered: () => stepOffer(by), run: () => stepWay(by) };
}

function zoom(id: string, title: string, step: 1 | -1 | 0, keys: readonly string[]): Command {
  const isOffered = () => (step === 0 ? true : zoomOffer(step));
  return { id, title, group: 'View', keys, isAnywhere: true, isOffered, run: () => zoomWindow(step) };
}

function copies(what: Copied, title: string, keys: readonly string[]): Command {
  const isOffered = () => copyOffer(what);
  return { id: `copy-${what}`, title, group: 'Copy', keys, isOffered, run: () => copy(what) };
}

function exports(kind: SavedKind, title: string, run: () => void): Command {
  return { id: `save-${kind}`, title, group: 'View', keys: [], isOffered: () => saveOffer(kind), run };
}

function opensLinks(id: string, title: string, isOn: boolean): Command {
  const isOffered = () => openLinksOffer(isOn);
  return { id, title, group: 'Help', keys: [], isOffered, run: () => openLinks(isOn) };
}

function act(id: Act, keys: readonly string[]): Command {
  return {
    id,
    title: `${ACT_WORDS[id].title}…`,
    group: 'Node',
    keys,
    panes: ['tree', 'nodes'],
    isOffered: () => offerOf(id),
    run: () => requestAct(id),
  };
}
