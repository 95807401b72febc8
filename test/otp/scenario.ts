import type { AutoShutdown, RestartType, Strategy } from '../../agent/supervisor/state.ts';

/** A tree, what its starts will do, and what happens to it: the same for OTP and for us. */
export interface Scenario {
  /** The outermost supervisor; its path is `r`. */
  root: Supervisor;
  plan: Planned[];
  steps: Step[];
}

export interface Supervisor {
  kind: 'supervisor';
  strategy: Strategy;
  intensity: number;
  periodS: number;
  autoShutdown: AutoShutdown;
  /** Of a dynamic one: the one spec that its children are started from. */
  children: ChildSpec[];
}

export interface Worker {
  kind: 'worker';
  /** Asked to stop it does so, does not, or ends in another way. */
  onStop: 'obey' | 'ignore' | 'crash' | 'normal' | 'shutdown_term';
}

export interface ChildSpec {
  id: string;
  restart: RestartType;
  significant: boolean;
  /** Milliseconds, or OTP's words. */
  shutdown: number | 'brutal_kill' | 'infinity';
  what: Supervisor | Worker;
}

/**
 * The so-many-th start of a path fails, or the worker crashes as soon as it has started; or, where OTP and we differ,
 * it declines to be started.
 */
export interface Planned {
  path: string;
  attempt: number;
  outcome: 'fail' | 'crash' | 'ignore';
}

export type ExitHow = 'normal' | 'shutdown' | 'shutdown_term' | 'crash' | 'kill';

/** What happens. Each is awaited until nothing is under way. */
export type Step =
  /** A worker ends by itself, or is killed; a supervisor is killed, or told to shut down. */
  | { do: 'exit'; path: string; how: ExitHow }
  | { do: 'start-child'; supervisor: string; child: ChildSpec }
  | { do: 'terminate-child' | 'restart-child' | 'delete-child'; supervisor: string; id: string }
  | { do: 'wait'; seconds: number }
  /** The supervisor hears what does not concern it, and tells its children's specs. */
  | { do: 'stray'; supervisor: string }
  /** `inner` happens while the supervisor stands still; then it finds all of it in its mailbox. */
  | { do: 'suspended'; supervisor: string; inner: Step[] }
  /** The child ends so; `inner` happens while its next start takes its time. */
  | { do: 'starting'; path: string; how: ExitHow; inner: Step[] }
  /** `inner` happens while the child, told to stop because of `by`, takes its time. */
  | { do: 'stopping'; path: string; by: Step; inner: Step[] }
  /** Where OTP and we differ: waits until so long after a whole second. */
  | { do: 'align'; ms: number }
  /** Where OTP and we differ: the children, asked for while others wait too. */
  | { do: 'look'; supervisor: string };

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
