import { type Exit, KILLED, NORMAL, SHUTDOWN } from '../../../agent/supervisor/exit.ts';
import {
  type Child,
  type Effect,
  newState,
  type RestartType,
  type SupervisorEvent,
  type SupervisorFlags,
  type SupervisorState,
} from '../../../agent/supervisor/state.ts';
import { transition } from '../../../agent/supervisor/transition.ts';

export const CRASH: Exit = { kind: 'abnormal', reason: 'crash' };
export const exits = { normal: NORMAL, shutdown: SHUTDOWN, killed: KILLED, crash: CRASH };

/** A child by its name: `a`, `b:temporary`, `c:transient:significant`. */
export function childNamed(text: string): Child {
  const [id = '', restart = 'permanent', significant] = text.split(':');
  return {
    id,
    rule: { restart: restart as RestartType, significant: significant === 'significant' },
    phase: 'none',
    pid: 0,
    exit: null,
  };
}

/**
 * Drives one supervisor's `transition` as the shell would, on a clock that stands until it is moved. Children
 * start and stop at once, unless they are in `failing` or `slow`. `log` tells what was done, in order.
 */
export class Drive {
  readonly state: SupervisorState<Child, string>;
  readonly log: string[] = [];
  /** Starts of this id fail, so often. */
  readonly failing = new Map<string, number>();
  /** Neither start nor stop answers by itself. */
  readonly slow = new Set<string>();
  /** Restarts that failed are tried again only when `retry` says so. */
  holdsRetries = false;
  nowMs = 0;
  random = 0;
  #inbox: SupervisorEvent<Child, string>[] = [];
  #retries: SupervisorEvent<Child, string>[] = [];
  #isTurning = false;

  constructor(flags: Partial<SupervisorFlags>, children: string[]) {
    this.state = newState(
      { strategy: 'one_for_one', intensity: 1, periodMs: 5000, autoShutdown: 'never', ...flags },
      children.map(childNamed),
    );
  }

  start(): this {
    this.feed({ type: 'start' });
    this.log.length = 0;
    return this;
  }

  child(id: string): Child {
    return this.state.children.get(id)!;
  }

  exit(id: string, how: keyof typeof exits): void {
    const child = this.child(id);
    this.feed({ type: 'exited', child, pid: child.pid, exit: exits[how] });
  }

  started(id: string): void {
    const child = this.child(id);
    this.feed({ type: 'started', child, pid: child.pid });
  }

  /** Performs everything that follows, retries of failed restarts included, and gives what was done. */
  feed(event: SupervisorEvent<Child, string>): string[] {
    this.#inbox.push(event);
    if (this.#isTurning) return [];
    this.#isTurning = true;
    const before = this.log.length;
    for (;;) {
      const next = this.#inbox.shift() ?? (this.holdsRetries ? undefined : this.#retries.shift());
      if (!next) break;
      for (const effect of transition(this.state, next, this.nowMs, () => this.random).effects)
        this.#perform(effect);
    }
    this.#isTurning = false;
    return this.log.slice(before);
  }

  retry(): string[] {
    return this.#retries.splice(0).flatMap((event) => this.feed(event));
  }

  /** The child's wait is over: its timer fires. */
  due(id: string): string[] {
    this.nowMs = Math.max(this.nowMs, this.child(id).wait!.dueMs);
    return this.feed({ type: 'due', child: this.child(id), pid: this.child(id).pid });
  }

  running(): string[] {
    return [...this.state.children.values()].filter(({ phase }) => phase === 'running').map(({ id }) => id);
  }

  #perform(effect: Effect<Child, string>): void {
    const inbox = this.#inbox;
    switch (effect.do) {
      case 'start': {
        const { child, pid } = effect;
        this.log.push(`start ${effect.isNew ? 'new ' : ''}${child.id}`);
        const failures = this.failing.get(child.id) ?? 0;
        if (failures > 0) {
          this.failing.set(child.id, failures - 1);
          inbox.push({ type: 'exited', child, pid, exit: CRASH });
        } else if (!this.slow.has(child.id)) inbox.push({ type: 'started', child, pid });
        return;
      }
      case 'stop':
      case 'kill': {
        const { child, pid } = effect;
        this.log.push(`${effect.do} ${child.id}`);
        const exit = effect.do === 'kill' ? KILLED : SHUTDOWN;
        if (effect.do === 'kill' || !this.slow.has(child.id))
          inbox.push({ type: 'exited', child, pid, exit });
        return;
      }
      case 'decide': {
        const others = effect.affected.map(({ id }) => id).sort();
        this.log.push(
          [effect.decision, effect.child.id, ...(others.length ? ['with', ...others] : [])].join(' '),
        );
        return;
      }
      case 'try-again':
        this.#retries.push({ type: 'try-again', child: effect.child });
        return;
      case 'wait':
        this.log.push(`wait ${effect.child.id} ${effect.delayMs}`);
        return;
      case 'end-wait':
        this.log.push(`end-wait ${effect.child.id}`);
        return;
      case 'forget':
        this.log.push(`forget ${effect.child.id}`);
        return;
      case 'reply':
        this.log.push(`${effect.request}: ${'child' in effect.reply ? 'ok' : effect.reply.error}`);
        return;
      case 'ready':
        this.log.push('ready');
        return;
      case 'exit':
        this.log.push(`exit ${effect.end.why}`);
    }
  }
}
