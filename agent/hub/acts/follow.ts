import { type Tracking, track } from './act-tracker.ts';
import { type ActUnderWay, remaining } from './request.ts';

/** Reads the ledger along until the act's outcome is known, or its time is up. */
export function follow(act: ActUnderWay): { done: Promise<void>; stop(): void } {
  const { hub, tracking, request, audience } = act;
  let finished: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const timer = setTimeout(finished, remaining(request));
  let holds: readonly string[] = [];
  const unwatch = hub.ledger.watch((event) => {
    if (event.kind === 'straggler' && event.node.id === tracking.target.id) holds = event.holds ?? [];
    const step = track(tracking, event);
    if (step) audience.progress(step);
    if (tracking.ended) hub.whenSettled(tracking.target.id, finished);
  });
  return {
    done: done.then(() => judge(act, tracking, holds)),
    stop: () => {
      clearTimeout(timer);
      unwatch();
    },
  };
}

/** The last word: what still runs is a straggler, whatever became of its successor. */
function judge({ hub }: ActUnderWay, tracking: Tracking, holds: readonly string[]): void {
  const node = hub.tree.nodes.get(tracking.target.id);
  const isStillThere = node !== undefined && (node.status === 'straggler' || node.status === 'stopping');
  if (isStillThere) {
    const since = tracking.successor ? `; #${tracking.successor.incarnation} runs beside it` : '';
    tracking.ended = {
      outcome: 'straggler',
      words: `${tracking.target.lineage} #${tracking.target.incarnation} was told to end and still runs${since}${holdWords(holds)}`,
    };
  }
}

/** The ledger has them all. */
function holdWords(holds: readonly string[]): string {
  if (holds.length === 0) return '';
  const more = holds.length > 3 ? ` and ${holds.length - 3} more` : '';
  return `; it holds ${holds.slice(0, 3).join('; ')}${more}`;
}
