import path from 'node:path';
import type { BoxHeader } from '../../../protocol/black-box.ts';
import type { LedgerEvent } from '../../../protocol/ledger.ts';
import { PERCH_VERSION } from '../../../protocol/version.ts';
import type { HubData } from '../../hub-thread.ts';
import type { Hub } from '../hub.ts';
import { identityOf } from '../proc.ts';
import { BlackBox, noBlackBox } from './black-box.ts';
import { bootId, pidNamespace } from './machine.ts';

/** Where the boxes of one instance are. */
export function boxFolder(hub: Hub, { config }: HubData): string {
  return path.join(config.stateDir, 'black-box', hub.keptAs);
}

/**
 * The black box of this life. What an earlier hub of the same process wrote goes back into the ledger: its end was no
 * death. From then on everything that happens is written, and a sample a second.
 */
export function openBlackBox(hub: Hub, data: HubData): BlackBox {
  if (!data.config.blackBox) return noBlackBox('PERCH_BLACK_BOX is off');
  const box = new BlackBox(boxFolder(hub, data), headerOf(hub, data));
  for (const { seq, ...fact } of box.earlier) {
    hub.ledger.add(fact);
    if (fact.kind === 'previous-epoch') hub.previous = fact.previous;
  }
  if (box.file === null) return box;
  hub.ledger.watch((event) => {
    box.event(event);
    followLoops(hub, box, event);
  });
  hub.everySample.push(() => box.sample(hub.own));
  return box;
}

function headerOf(hub: Hub, data: HubData): BoxHeader {
  const { service, instance, node, epoch } = hub.instance();
  return {
    format: 1,
    keptAs: hub.keptAs,
    service,
    instance,
    epoch,
    pid: data.pid,
    startTicks: identityOf(data.pid)?.startTicks ?? null,
    bootId: bootId(),
    pidNamespace: pidNamespace(),
    startedAt: data.startedAt,
    node,
    agent: PERCH_VERSION,
  };
}

/** The stack of a loop of this process that stands still, until it turns again. */
function followLoops(hub: Hub, box: BlackBox, event: LedgerEvent): void {
  if (event.kind !== 'blocked' && event.kind !== 'unblocked') return;
  const threadId = hub.own.threadId(event.node.id);
  if (threadId === null) return;
  if (event.kind === 'unblocked') return box.blocked(event.node.lineage, null);
  const since = hub.own.threads.get(threadId)?.blockedSince;
  // It turned again while its stack was read.
  if (since === null || since === undefined) return;
  box.blocked(event.node.lineage, event.frames, Math.round(Date.now() - (performance.now() - since)));
}
