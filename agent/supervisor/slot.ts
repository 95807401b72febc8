import type { Wait } from './back-off.ts';
import type { Spec } from './child-spec.ts';
import type { Definition } from './definition.ts';
import type { Exit } from './exit.ts';
import type { Incarnation } from './incarnation.ts';
import { type Lives, NEVER_LIVED } from './lives.ts';
import type { Child } from './state.ts';

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
  /** Not a field of every slot: most supervisors have no back-off. */
  declare wait?: Wait;
  /** Looked up when it first starts: until then another of its id may live. */
  lives: Lives;
  /** The current life, or the last one while none has followed. */
  node: Incarnation | null = null;

  constructor(id: string, origin: Origin, lives: Lives = NEVER_LIVED) {
    this.id = id;
    this.spec = origin.spec;
    this.args = 'args' in origin ? origin.args : undefined;
    this.lives = lives;
  }

  get rule(): { readonly restart: Spec['restart']; readonly significant: boolean } {
    return this.spec;
  }
}
