import type { Spec } from './child-spec.ts';
import type { Definition } from './definition.ts';
import type { Exit } from './exit.ts';
import type { Incarnation } from './incarnation.ts';
import type { Child } from './state.ts';

/** How often a lineage has lived so far; survives the restart of its supervisor. */
export interface Lives {
  incarnation: number;
  restarts: number;
  /** Why the last one ended. */
  exitReason: string | null;
}

/** What a child is started from. */
export type Origin = { spec: Spec; args: unknown } | { spec: Definition };

/** A supervisor's place for one child: what `transition` decides about, and the life that is in it. */
export class Slot implements Child {
  readonly id: string;
  readonly spec: Origin['spec'];
  /** What `run` is given; nothing for a supervisor. */
  readonly args: unknown;
  phase: Child['phase'] = 'none';
  pid = 0;
  exit: Exit | null = null;
  readonly lives: Lives;
  /** The current life, or the last one while none has followed. */
  node: Incarnation | null = null;

  constructor(id: string, origin: Origin, lives: Lives | undefined) {
    this.id = id;
    this.spec = origin.spec;
    this.args = 'args' in origin ? origin.args : undefined;
    this.lives = lives ?? { incarnation: 0, restarts: 0, exitReason: null };
  }

  get rule(): { readonly restart: Spec['restart']; readonly significant: boolean } {
    return this.spec;
  }
}
