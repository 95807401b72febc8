import type { Look } from '../../electron/ipc.ts';
import { ask } from '../bridge.ts';
import { keptOf, readNodesChoice, withoutFilters } from '../nodes/choice.ts';
import { readChoice, withoutChips } from '../tree/outline-choice.ts';
import { facts, fleet, instancesOf } from './desk.ts';
import { type Interface, show, useInterface, type View } from './interface.ts';
import { readPanes } from './panes.ts';

/** A change by hand is followed by others: widths, columns one after another. */
const KEEP_MS = 500;

const VIEWS: Record<View, true> = { outline: true, icicle: true, drawing: true };

/**
 * Layout, view, columns, filters, the list of nodes and theme belong to an environment: entering one brings back what was kept of it, and
 * what is changed there is kept. One that is new begins as the window is, without the filters. Gives what ends it.
 */
export function keepLooks(): () => void {
  const looks = new Map<string, Look>();
  let entered: string | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting: (() => void) | null = null;

  const keepNow = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    waiting?.();
    waiting = null;
  };
  const keep = (environment: string, look: Look): void => {
    looks.set(environment, look);
    waiting = () => void ask('keep-look', { environment, look });
    timer ??= setTimeout(keepNow, KEEP_MS);
  };
  const enter = (environment: string): void => {
    keepNow();
    const before = useInterface.getState();
    const after = withLook(before, looks.get(environment));
    // A list over the whole fleet is not turned over by opening one of what it lists.
    if (before.page === 'nodes') after.nodes = before.nodes;
    // What is brought back was not changed by anybody.
    entered = null;
    show(after);
    entered = environment;
    if (after.theme !== before.theme) void ask('set-theme', { theme: after.theme });
  };
  const follow = (): void => {
    if (facts.get() === null) return;
    const { instance } = useInterface.getState();
    const found = instancesOf(fleet.get()).find(({ key }) => key === instance);
    if (found && found.environment !== entered) enter(found.environment);
  };
  const offs = [
    facts.subscribe(() => {
      for (const [environment, look] of Object.entries(facts.get()?.looks ?? {}))
        looks.set(environment, look);
      follow();
    }),
    fleet.subscribe(follow),
    useInterface.subscribe((state, before) => {
      if (state.instance !== before.instance) follow();
      else if (entered !== null && isOtherLook(state, before)) keep(entered, lookOf(state));
    }),
  ];
  addEventListener('pagehide', keepNow);
  return () => {
    removeEventListener('pagehide', keepNow);
    for (const off of offs) off();
    if (timer !== null) clearTimeout(timer);
  };
}

type Looks = Pick<Interface, 'view' | 'theme' | 'panes' | 'outline' | 'nodes'>;

function withLook(now: Looks, look: Look | undefined): Looks {
  if (!look) return { ...now, outline: withoutChips(now.outline), nodes: withoutFilters(now.nodes) };
  const { view, theme, panes, outline, nodes } = look;
  return {
    view: view !== undefined && Object.hasOwn(VIEWS, view) ? (view as View) : now.view,
    theme: theme ?? now.theme,
    panes: readPanes(panes),
    outline: readChoice(outline),
    nodes: readNodesChoice(nodes),
  };
}

function lookOf({ view, theme, panes, outline, nodes }: Looks): Look {
  return { view, theme, panes, outline, nodes: keptOf(nodes) };
}

function isOtherLook(state: Looks, before: Looks): boolean {
  return (['view', 'theme', 'panes', 'outline', 'nodes'] as const).some((key) => state[key] !== before[key]);
}
