import { useEffect, useMemo } from 'react';
import type { IpcCalls, NodesView } from '../../electron/ipc.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { ask } from '../bridge.ts';
import { useValue, Value } from '../store/value.ts';
import type { NodesChoice } from './choice.ts';

export interface NodeList {
  /** The last that was answered; null: nothing yet. */
  view: NodesView | null;
  /** When it came, milliseconds since 1970. */
  at: number;
  /** Why there is nothing newer. */
  error: PerchError | null;
  /** The question that it answers. */
  of: Query | null;
}

/** More rows than that are asked for less often: nobody reads them faster, and the agents keep rates for so long (nodesLeaseMs). */
const MANY_ROWS = 1000;
const MANY_MS = 2500;

type Query = IpcCalls['nodes']['args'];

/** Kept while the app runs: who comes back finds what was there, until it is asked anew. */
export const nodeList = new Value<NodeList>({ view: null, at: 0, error: null, of: null });

/** The list, asked anew each second while it is shown and not paused. A change of the question is asked at once. */
export function useNodeList(
  instance: string | null,
  choice: NodesChoice,
  isPaused: boolean,
): NodeList & { isBehind: boolean } {
  const { isFleetWide, sort, isDescending, kinds, text, limit } = choice;
  const query = useMemo(
    (): Query => ({
      instance: isFleetWide ? null : instance,
      sort,
      descending: isDescending,
      limit,
      ...(kinds.length > 0 ? { kinds } : {}),
      ...(text.trim() === '' ? {} : { text }),
    }),
    [instance, isFleetWide, sort, isDescending, limit, kinds, text],
  );
  const list = useValue(nodeList);
  const isNothing = !isFleetWide && instance === null;
  // Paused before there was anything, it shows how it is at that moment.
  const isStill = isNothing || (isPaused && list.view !== null);
  useEffect(() => {
    if (isStill) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      // What nobody sees costs the services nothing.
      if (document.visibilityState === 'hidden') return again();
      const view = await ask('nodes', query).catch(asPerchError);
      if (isOver) return;
      if (view instanceof Error) nodeList.set({ ...nodeList.get(), error: view });
      // Nobody has said anything yet: what was there stays until they have.
      else if (view.instances > 0 || view.unanswered.length > 0)
        nodeList.set({ view, at: Date.now(), error: null, of: query });
      again();
    };
    const again = (): void => {
      timer = setTimeout(() => void look(), query.limit > MANY_ROWS ? MANY_MS : LIMITS.sampleMs);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [query, isStill]);
  return { ...list, isBehind: !isPaused && list.of !== query };
}
