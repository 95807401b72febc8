import { afterFailure } from '../client/back-off.ts';
import type { Seen } from '../client/check/finding.ts';
import { ofNote } from '../client/check/of-note.ts';
import type { FleetInstance } from '../client/fleet/fleet.ts';
import type { Session } from '../client/session.ts';
import { asPerchError, type PerchError } from '../protocol/errors.ts';
import { fromColumns } from '../protocol/tree.ts';
import type { Reach } from './connection.ts';

/** One instance as the rules of client/check look at it, seen once; that it cannot be seen is something to look at too. */
export async function lookAt(instance: FleetInstance, way: Reach, signal: AbortSignal): Promise<Seen> {
  const how = { signal, timeoutMs: way.timeoutMs };
  let session: Session | null = null;
  try {
    session = await way.connectTo(instance)(how);
    const [tree, { events }] = await Promise.all([
      session.call('tree', {}, how),
      session.call('ledger', {}, how),
    ]);
    const { instance: info } = session.hello;
    const now = Date.now();
    return {
      key: instance.key,
      environment: instance.place.environment,
      service: instance.place.service || info.service,
      state: 'live',
      failing: null,
      heardAt: now,
      info,
      nodes: ofNote(fromColumns(tree.columns)),
      events,
      aheadMs: tree.at - now,
    };
  } catch (thrown) {
    return silentAt(instance, asPerchError(thrown));
  } finally {
    session?.close();
  }
}

/** One that did not come to answer. */
export function silentAt({ key, place, info }: FleetInstance, error: PerchError): Seen {
  const { state } = afterFailure(error);
  return {
    key,
    environment: place.environment,
    service: place.service,
    state: state === 'unreachable' ? 'connecting' : state,
    failing: { error, since: null },
    heardAt: null,
    info,
    nodes: [],
    events: [],
    aheadMs: 0,
  };
}
