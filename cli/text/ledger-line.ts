import type { Lost } from '../../protocol/act.ts';
import type { LedgerEvent, NodeRef } from '../../protocol/ledger.ts';
import { age, clockTime, duration } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './plain.ts';

/** One event in one line: time, what it is about, what happened. */
export function ledgerLine(event: LedgerEvent, paint: Paint): string {
  const words = oneLine(wordsOf(event));
  return `${paint.faint(clockTime(event.at))}  ${ref(event.node)}  ${isTrouble(event) ? paint.trouble(words) : words}`;
}

function ref({ lineage, incarnation, id }: NodeRef): string {
  return `${oneLine(lineage)}${incarnation > 1 ? ` #${incarnation}` : ''} (${id})`;
}

function wordsOf(event: LedgerEvent): string {
  switch (event.kind) {
    case 'act':
      return `${event.act} asked by ${event.author.name || event.author.key}: ${event.reason}`;
    case 'act-ended':
      return `${event.act} ended: ${event.outcome}. ${event.words}`;
    case 'exited':
      return `exited: ${event.reason}${event.by ? `, by ${event.by.name || event.by.key}` : ''}`;
    case 'decided': {
      const budget = `${event.restartsInPeriod} of ${event.intensity} in ${duration(event.periodMs)}`;
      const others = event.affected.length > 0 ? `, with ${event.affected.length} more` : '';
      const wait = event.delayMs ? ` in ${duration(event.delayMs)}` : '';
      return `${event.by.lineage} decided: ${event.decision}${wait} (${budget})${others}`;
    }
    case 'started':
      return event.previous
        ? `started, after #${event.previous.incarnation} (${event.previous.id})`
        : 'started';
    case 'ready':
      return 'ready';
    case 'straggler':
      return `was told to end and still runs after ${duration(event.afterMs)}${holdsWords(event.holds)}`;
    case 'lost':
      return lostWords(event.lost, event.previous.incarnation);
    case 'orphans':
      return `processes below it: ${event.processes.map(orphanWords).join(', ')}`;
    case 'armed':
      return `armed by ${event.author.name || event.author.key} until ${clockTime(event.until)}: ${event.reason}`;
    case 'disarmed':
      return `${event.author.name || event.author.key} is no longer armed (${event.why})`;
    case 'suspended':
      return `suspended for at most ${duration(event.leaseMs)}`;
    case 'resumed':
      return `goes on after ${duration(event.afterMs)} (${event.why})`;
    case 'previous-epoch':
      return `the life before this one ${event.previous.words}`;
    case 'start-failed':
      return `did not start: ${event.reason}`;
    case 'blocked':
      return `its loop stands still${event.frames[0] ? `, in ${event.frames[0]}` : ''}`;
    case 'unblocked':
      return `its loop turns again, after ${age(event.blockedMs)}`;
    case 'joined':
      return 'joined';
    case 'left':
      return `left: ${event.reason}`;
    case 'hub-restarted':
      return `the agent's own thread started again: ${event.reason}`;
  }
}

function holdsWords(holds: readonly string[] = []): string {
  return holds.length === 0 ? '' : `; it holds ${holds.join(', ')}`;
}

function orphanWords({ pid, command, isRunning }: { pid: number; command: string; isRunning: boolean }) {
  return `${pid} (${command}) ${isRunning ? 'still runs' : 'ended'}`;
}

function lostWords({ state, backlog }: Lost, incarnation: number): string {
  const words: string[] = [];
  if (state) words.push(`${state.gone} places gone, ${state.changed} changed, ${state.added} new`);
  if (state?.why) words.push(state.why);
  if (backlog) words.push(`${backlog.vanished} of ${backlog.before} in ${backlog.word} vanished`);
  return `lost with #${incarnation}: ${words.join('; ') || 'nothing that was handed over'}`;
}

function isTrouble({ kind }: LedgerEvent): boolean {
  return (
    kind === 'straggler' ||
    kind === 'start-failed' ||
    kind === 'blocked' ||
    kind === 'hub-restarted' ||
    kind === 'orphans' ||
    kind === 'previous-epoch'
  );
}
