import { beginWait, endWait, nextWait } from './back-off.ts';
import type { Exit } from './exit.ts';
import { answerRequest } from './requests.ts';
import { addRestart, countRestarts } from './restart-window.ts';
import {
  answer,
  beginExit,
  beginStarting,
  beginStopping,
  drop,
  settleStart,
  settleStop,
} from './sequence.ts';
import type { Child, Effect, SupervisorEvent, SupervisorState, Turn } from './state.ts';
import { endsSupervisor, restartGroup } from './strategy.ts';

/**
 * What a supervisor does about an event, decided as OTP's supervisor(3) decides. No clock, no timer, no chance, no
 * I/O: the same state, event, `nowMs` (monotonic milliseconds) and `random` (0 up to 1, for back-off's jitter)
 * always give the same effects, to be performed in order.
 *
 * `state` and its children are changed in place and given back: a copy of 100,000 dynamic children for each
 * exit would cost more than the restart. Whoever wants to know what would happen passes in a copy.
 *
 * While children are starting or stopping, exits and requests wait, in order, as they wait in the mailbox of an
 * OTP supervisor. `shutdown` and `kill` do not: they end what is under way (docs/supervision.md, Differences).
 */
export function transition<C extends Child, R>(
  state: SupervisorState<C, R>,
  event: SupervisorEvent<C, R>,
  nowMs: number,
  random: () => number = noChance,
): { state: SupervisorState<C, R>; effects: Effect<C, R>[] } {
  const turn: Turn<C, R> = { state, effects: [], nowMs, random };
  take(turn, event);
  while (state.operation === null && state.phase === 'running' && state.queue.size > 0) {
    serve(turn, state.queue.shift()!);
  }
  return { state, effects: turn.effects };
}

const noChance = (): number => 0;

/** What cannot wait is handled here; the rest once nothing is under way. */
function take<C extends Child, R>(turn: Turn<C, R>, event: SupervisorEvent<C, R>): void {
  const { state } = turn;
  switch (event.type) {
    case 'start':
      return beginStarting(turn, [...state.children.values()], { kind: 'init' });
    case 'started':
      return settleStart(turn, event.child, event.pid);
    case 'exited':
      return takeExit(turn, event.child, event.pid, event.exit);
    case 'shutdown':
      return beginExit(turn, { why: 'shutdown' });
    case 'kill':
      return beginExit(turn, { why: 'killed' });
    case 'try-again':
    case 'due':
      state.queue.push(event);
      return;
    default:
      if (isEnding(state)) answer(turn, event.request, { error: 'shutdown' });
      else state.queue.push(event);
  }
}

function isEnding<C extends Child, R>({ phase, operation }: SupervisorState<C, R>): boolean {
  return phase === 'exited' || (operation?.kind === 'stopping' && operation.then.kind === 'exit');
}

/** An exit that is awaited moves what is under way; any other waits for its turn in the queue. */
function takeExit<C extends Child, R>(turn: Turn<C, R>, child: C, pid: number, exit: Exit): void {
  if (child.pid !== pid) return;
  if (child.phase === 'starting' || child.phase === 'stopping') settleStop(turn, child, exit);
  else if (child.phase === 'running') {
    child.exit = exit;
    turn.state.queue.push({ type: 'exited', child, pid, exit });
  }
}

function serve<C extends Child, R>(turn: Turn<C, R>, event: SupervisorEvent<C, R>): void {
  switch (event.type) {
    case 'exited':
      // No longer pending when an operation before it stopped this child anyway.
      if (event.child.pid === event.pid && event.child.exit !== null) decide(turn, event.child, event.exit);
      return;
    case 'try-again':
      if (event.child.phase === 'restarting' && !event.child.wait?.isRunning) restart(turn, event.child);
      return;
    case 'due':
      if (event.child.pid === event.pid && event.child.wait?.isRunning) restartNow(turn, event.child);
      return;
    case 'start-child':
    case 'terminate-child':
    case 'restart-child':
    case 'delete-child':
    case 'cycle-child':
      return answerRequest(turn, event);
    default:
      throw new Error(`${event.type} is never queued`);
  }
}

/** A child ended by itself, by a crash, or by somebody's hand. */
function decide<C extends Child, R>(turn: Turn<C, R>, child: C, exit: Exit): void {
  const { state, effects, nowMs } = turn;
  child.exit = null;
  const type = child.rule.restart;
  if (type === 'permanent' || (type === 'transient' && exit.kind === 'abnormal')) return restart(turn, child);
  const isLast = endsSupervisor(state, child);
  const decision = isLast ? 'shutdown' : 'no-restart';
  const restartsInPeriod = countRestarts(state.restarts, nowMs, state.flags.periodMs);
  effects.push({ do: 'decide', child, decision, restartsInPeriod, affected: [] });
  drop(turn, child);
  if (isLast) beginExit(turn, { why: 'auto_shutdown' });
}

/** Restarts the child, and its group with it, unless the intensity is spent. */
function restart<C extends Child, R>(turn: Turn<C, R>, child: C): void {
  const { state, effects, nowMs } = turn;
  const restartsInPeriod = addRestart(state.restarts, nowMs, state.flags.periodMs);
  child.phase = 'none';
  if (restartsInPeriod > state.flags.intensity) {
    effects.push({ do: 'decide', child, decision: 'escalate', restartsInPeriod, affected: [] });
    drop(turn, child);
    return beginExit(turn, { why: 'intensity' });
  }
  const group = restartGroup(state, child);
  const affected = group.length === 1 ? [] : group.filter((other) => other !== child);
  const delayMs = nextWait(turn, child);
  effects.push({ do: 'decide', child, decision: 'restart', restartsInPeriod, affected, delayMs });
  if (delayMs > 0) return restartLater(turn, child, affected, delayMs);
  if (affected.length === 0) return beginStarting(turn, group, { kind: 'restart' });
  beginStopping(turn, affected.reverse(), { kind: 'start', group });
}

/** Those that are restarted with it do not run on without it. */
function restartLater<C extends Child, R>(turn: Turn<C, R>, child: C, affected: C[], delayMs: number): void {
  if (affected.length === 0) return beginWait(turn, child, delayMs);
  beginStopping(turn, affected.reverse(), { kind: 'wait', child, delayMs });
}

/** The wait is over; it was counted when it began. What of its group was started meanwhile is stopped again. */
function restartNow<C extends Child, R>(turn: Turn<C, R>, child: C): void {
  endWait(turn, child);
  child.phase = 'none';
  const group = restartGroup(turn.state, child);
  const others = group.filter((other) => other.phase !== 'none').reverse();
  beginStopping(turn, others, { kind: 'start', group });
}
