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
  const unwatch = hub.ledger.watch((event) => {
    const step = track(tracking, event);
    if (step) audience.progress(step);
    if (tracking.ended) hub.whenSettled(tracking.target.id, finished);
  });
  return {
    done: done.then(() => judge(act, tracking)),
    stop: () => {
      clearTimeout(timer);
      unwatch();
    },
  };
}

/** The last word: what still runs is a straggler, whatever became of its successor. */
function judge({ hub }: ActUnderWay, tracking: Tracking): void {
  const node = hub.tree.nodes.get(tracking.target.id);
  const isStillThere = node !== undefined && (node.status === 'straggler' || node.status === 'stopping');
  if (isStillThere) {
    const since = tracking.successor ? `; #${tracking.successor.incarnation} runs beside it` : '';
    tracking.ended = {
      outcome: 'straggler',
      words: `${tracking.target.lineage} #${tracking.target.incarnation} was told to end and still runs${since}`,
    };
  }
}
