import type { ActDocument, Lost } from '../../../protocol/act.ts';
import type { LedgerEvent } from '../../../protocol/ledger.ts';

/** What a kill lost, for a session that may not `inspect`: counts and paths, no value of the service's state. */
export function withoutValues(lost: Lost): Lost {
  if (!lost.state) return lost;
  const places = lost.state.places.map(({ path, change }) => ({ path, change }));
  return { ...lost, state: { ...lost.state, places } };
}

export function documentWithoutValues(document: ActDocument): ActDocument {
  const { lost, lostAlong } = document;
  const workers = lostAlong?.workers.map((each) => ({ ...each, lost: withoutValues(each.lost) }));
  return {
    ...document,
    ...(lost ? { lost: withoutValues(lost) } : {}),
    ...(lostAlong && workers ? { lostAlong: { ...lostAlong, workers } } : {}),
  };
}

export function eventWithoutValues(event: LedgerEvent): LedgerEvent {
  return event.kind === 'lost' ? { ...event, lost: withoutValues(event.lost) } : event;
}
