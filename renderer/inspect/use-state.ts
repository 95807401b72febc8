import { useCallback, useEffect, useRef, useState } from 'react';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import type { StateAnswer, StateValue } from '../../protocol/state.ts';
import { ask } from '../bridge.ts';
import type { StateView } from './state-rows.ts';

/** What a person opened in the state of each place, kept across restarts, tabs and instances. */
const views = new Map<string, StateView>();
const UNTOUCHED: StateView = { open: new Map(), parts: new Map() };

/** Asked again with each refresh; more than this are left to a click. */
const MAX_PARTS = 8;
const LIVE_MS = 1000;
const REST_BREADTH = 1000;

export interface StateReading {
  answer: StateAnswer | null;
  error: PerchError | null;
  view: StateView;
  setOpen(path: string, isOpen: boolean): void;
  /** Asks for what is in a container that was not walked, or for the rest of one. */
  fetch(path: string, asks: 'content' | 'rest'): void;
  refresh(): void;
}

/**
 * Reads the state of a node, and again every second while `isLive` and somebody can see it. While `isStill` what was read
 * stays as it is; what was not read yet is read once. `placeKey` names the place across incarnations: what was opened in
 * `#2` is open in `#3`.
 */
export function useStateOf(
  { instance, node, placeKey }: { instance: string; node: string; placeKey: string },
  { isLive, isStill }: { isLive: boolean; isStill: boolean },
): StateReading {
  const key = `${instance}\n${placeKey}`;
  const [view, setView] = useState<StateView>(() => views.get(key) ?? UNTOUCHED);
  const [read, setRead] = useState<{ answer: StateAnswer | null; error: PerchError | null }>(NOTHING);
  const current = useRef(view);
  const shownKey = useRef(key);
  // An answer may come when another node is looked at: it is that one's no more.
  const shownNode = useRef(node);
  shownNode.current = node;

  const change = useCallback(
    (next: StateView) => {
      current.current = next;
      views.set(key, next);
      setView(next);
    },
    [key],
  );

  if (shownKey.current !== key) {
    shownKey.current = key;
    current.current = views.get(key) ?? UNTOUCHED;
    setView(current.current);
    setRead(NOTHING);
  }

  const look = useCallback(async (): Promise<void> => {
    try {
      const answer = await ask('state', { instance, node });
      const parts = await readParts(instance, node, current.current.parts);
      if (shownKey.current !== key || shownNode.current !== node) return;
      change({ ...current.current, parts });
      setRead({ answer, error: null });
    } catch (thrown) {
      if (shownKey.current !== key || shownNode.current !== node) return;
      setRead(({ answer }) => ({ answer, error: asPerchError(thrown) }));
    }
  }, [instance, node, key, change]);

  const readOf = useRef<string | null>(null);
  readOf.current = read.answer?.node.id ?? null;

  useEffect(() => {
    if (isStill && readOf.current === node) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const turn = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await look();
      if (isLive && !ended.signal.aborted) timer = setTimeout(turn, LIVE_MS);
    };
    void turn();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [look, isLive, isStill]);

  const fetch = (path: string, asks: 'content' | 'rest'): void => {
    const more = asks === 'rest' ? { breadth: REST_BREADTH } : {};
    void ask('state', { instance, node, path, ...more }).then(
      ({ value }) => {
        if (shownKey.current !== key) return;
        const { open, parts } = current.current;
        change({ open: new Map(open).set(path, true), parts: new Map(parts).set(path, value) });
      },
      (thrown) => {
        if (shownKey.current !== key || shownNode.current !== node) return;
        setRead(({ answer }) => ({ answer, error: asPerchError(thrown) }));
      },
    );
  };

  return {
    ...read,
    view,
    fetch,
    refresh: () => void look(),
    setOpen: (path, isOpen) =>
      change({ ...current.current, open: new Map(current.current.open).set(path, isOpen) }),
  };
}

const NOTHING = { answer: null, error: null };

/** The parts asked for earlier, read anew; those whose path is gone are dropped. */
async function readParts(
  instance: string,
  node: string,
  parts: ReadonlyMap<string, StateValue>,
): Promise<Map<string, StateValue>> {
  const next = new Map(parts);
  for (const path of [...parts.keys()].slice(-MAX_PARTS)) {
    try {
      const { value } = await ask('state', { instance, node, path, breadth: REST_BREADTH });
      next.set(path, value);
    } catch (thrown) {
      if (asPerchError(thrown).code !== 'NO_SUCH_PATH') throw thrown;
      next.delete(path);
    }
  }
  return next;
}
