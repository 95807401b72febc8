import type { Session } from '../../client/session.ts';
import type { ActDocument } from '../../protocol/act.ts';
import type { CallArgs } from '../../protocol/calls.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';

let calls = 0;

/** Asks for an act on the node, as a session that is armed. */
export function actOn(
  session: Session,
  act: CallArgs<'act'>['act'],
  node: { id: string },
  more: Partial<CallArgs<'act'>> = {},
): Promise<ActDocument> {
  const { epoch } = session.hello.instance;
  return session.call('act', {
    act,
    call: `act-${++calls}`,
    node: node.id,
    epoch,
    reason: 'a test',
    timeoutMs: 5000,
    ...more,
  });
}

/** The next event of the ledger, or one that has been there, for which `wanted` holds. */
export async function untilEvent<K extends LedgerEvent['kind']>(
  session: Session,
  kind: K,
  wanted: (event: Extract<LedgerEvent, { kind: K }>) => boolean = () => true,
): Promise<Extract<LedgerEvent, { kind: K }>> {
  const watching = new AbortController();
  let found: LedgerEvent | undefined;
  await session.call(
    'watch-ledger',
    { since: 1 },
    {
      signal: watching.signal,
      onEvent: ({ events }) => {
        found ??= events.find((event) => event.kind === kind && wanted(event as never));
        if (found) watching.abort();
      },
    },
  );
  if (!found) throw new Error(`the watch ended before there was ${kind}`);
  return found as never;
}
