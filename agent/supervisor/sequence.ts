import { beginWait, endWait } from './back-off.ts';
import type { Exit } from './exit.ts';
import type { Child, Reply, Starting, Stopping, SupervisorEnd, Turn } from './state.ts';

/** Starts `todo` one after the other: each must be ready before the next is started. */
export function beginStarting<C extends Child, R>(
  turn: Turn<C, R>,
  todo: readonly C[],
  why: Starting<C, R>['why'],
): void {
  const operation: Starting<C, R> = { kind: 'starting', todo, next: 0, why };
  turn.state.operation = operation;
  startNext(turn, operation);
}

/** A child is ready. */
export function settleStart<C extends Child, R>(turn: Turn<C, R>, child: C, pid: number): void {
  const { operation } = turn.state;
  if (child.pid !== pid || child.phase !== 'starting' || operation?.kind !== 'starting') return;
  child.phase = 'running';
  operation.next++;
  startNext(turn, operation);
}

function startNext<C extends Child, R>(turn: Turn<C, R>, operation: Starting<C, R>): void {
  const { state, effects } = turn;
  const { todo, next, why } = operation;
  const child = todo[next];
  if (child) {
    child.phase = 'starting';
    child.pid = state.nextPid++;
    const isNew = why.kind === 'request' && !why.keepsChild;
    effects.push({ do: 'start', child, pid: child.pid, isNew });
    return;
  }
  state.operation = null;
  if (why.kind === 'request') answer(turn, why.request, { child: todo[0]! });
  if (why.kind === 'init') {
    state.phase = 'running';
    effects.push({ do: 'ready' });
  }
}

/** Stops `todo` one after the other, or all at once, then goes on with `then`. Children at rest are passed over. */
export function beginStopping<C extends Child, R>(
  turn: Turn<C, R>,
  todo: readonly C[],
  then: Stopping<C, R>['then'],
  options: { atOnce?: boolean; kill?: boolean; call?: string | undefined } = {},
): void {
  const operation: Stopping<C, R> = { kind: 'stopping', todo, next: 0, call: options.call, then };
  turn.state.operation = operation;
  if (options.atOnce || options.kill) {
    for (const child of todo) stop(turn, child, options.kill === true, options.call);
  }
  stopNext(turn, operation);
}

/** A child that was starting or stopping has ended. */
export function settleStop<C extends Child, R>(turn: Turn<C, R>, child: C, exit: Exit): void {
  const { operation } = turn.state;
  child.phase = 'none';
  if (operation?.kind === 'starting') startFailed(turn, operation, child, exit);
  else stopNext(turn, operation!);
}

function stopNext<C extends Child, R>(turn: Turn<C, R>, operation: Stopping<C, R>): void {
  const { todo, then } = operation;
  for (; operation.next < todo.length; operation.next++) {
    const child = todo[operation.next]!;
    stop(turn, child, false, operation.call);
    if (child.phase === 'stopping') return;
    // OTP: a temporary child that is stopped with its group is not started again with it.
    if ((then.kind === 'start' || then.kind === 'wait') && child.rule.restart === 'temporary')
      forget(turn, child);
  }
  turn.state.operation = null;
  switch (then.kind) {
    case 'start': {
      const kept = then.group.filter((child) => turn.state.children.get(child.id) === child);
      return beginStarting(turn, kept, { kind: 'restart' });
    }
    case 'wait':
      return beginWait(turn, then.child, then.delayMs);
    case 'reply':
      drop(turn, then.child);
      return answer(turn, then.request, { child: then.child });
    case 'cycle':
      return beginStarting(turn, [then.child], { kind: 'request', request: then.request, keepsChild: true });
    case 'exit':
      turn.state.phase = 'exited';
      turn.effects.push({ do: 'exit', end: then.end });
  }
}

function stop<C extends Child, R>(turn: Turn<C, R>, child: C, kill: boolean, call: string | undefined): void {
  const { phase, pid } = child;
  if (phase === 'none') return;
  if (phase === 'restarting' || child.exit !== null) {
    child.phase = 'none';
    child.exit = null;
    endWait(turn, child);
    return;
  }
  child.phase = 'stopping';
  if (kill) turn.effects.push({ do: 'kill', child, pid });
  // One that was told to stop before is only waited for.
  else if (phase !== 'stopping') turn.effects.push({ do: 'stop', child, pid, call });
}

function startFailed<C extends Child, R>(
  turn: Turn<C, R>,
  operation: Starting<C, R>,
  child: C,
  exit: Exit,
): void {
  const { state, effects } = turn;
  const { why } = operation;
  state.operation = null;
  switch (why.kind) {
    case 'init':
      return beginExit(turn, { why: 'start_failed', child, exit });
    case 'restart':
      child.phase = 'restarting';
      effects.push({ do: 'try-again', child });
      return;
    case 'request':
      // A static child whose restart was asked for stays, at rest; a new one never became a child.
      if (why.keepsChild) drop(turn, child);
      else forget(turn, child);
      answer(turn, why.request, { error: 'start_failed', exit });
  }
}

/** Ends the supervisor: what waits is refused, every child is stopped, right to left (dynamic: all at once). */
export function beginExit<C extends Child, R>(turn: Turn<C, R>, end: SupervisorEnd<C>): void {
  const { state } = turn;
  if (state.phase === 'exited') return;
  const isEnding = state.operation?.kind === 'stopping' && state.operation.then.kind === 'exit';
  if (isEnding && end.why !== 'killed') return;
  refuseWaiting(turn);
  const todo = [...state.children.values()].reverse();
  const atOnce = state.flags.strategy === 'dynamic';
  beginStopping(turn, todo, { kind: 'exit', end }, { atOnce, kill: end.why === 'killed' });
}

function refuseWaiting<C extends Child, R>(turn: Turn<C, R>): void {
  const { operation, queue } = turn.state;
  if (operation?.kind === 'starting' && operation.why.kind === 'request') {
    answer(turn, operation.why.request, { error: 'shutdown' });
  }
  if (operation?.kind === 'stopping' && 'request' in operation.then) {
    answer(turn, operation.then.request, { error: 'shutdown' });
  }
  for (let event = queue.shift(); event; event = queue.shift()) {
    if ('request' in event) answer(turn, event.request, { error: 'shutdown' });
  }
}

/** OTP's del_child: a static child keeps its place and its spec; a temporary or a dynamic one is gone. */
export function drop<C extends Child, R>(turn: Turn<C, R>, child: C): void {
  child.phase = 'none';
  if (child.rule.restart === 'temporary' || turn.state.flags.strategy === 'dynamic') forget(turn, child);
}

export function forget<C extends Child, R>(turn: Turn<C, R>, child: C): void {
  turn.state.children.delete(child.id);
  turn.effects.push({ do: 'forget', child });
}

export function answer<C extends Child, R>(turn: Turn<C, R>, request: R, reply: Reply<C>): void {
  turn.effects.push({ do: 'reply', request, reply });
}
