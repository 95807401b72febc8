import type { Spec } from '../child-spec.ts';
import type { Incarnation, Life } from '../incarnation.ts';
import { ProcessLife } from './process.ts';
import { TaskLife } from './task.ts';
import { ThreadLife } from './thread.ts';

/** What a worker of this spec runs on. */
export function lifeOf(incarnation: Incarnation, spec: Spec, args: unknown): Life {
  switch (spec.host) {
    case 'task':
      return new TaskLife(incarnation, spec, args);
    case 'thread':
      return new ThreadLife(incarnation, spec, args);
    case 'process':
      return new ProcessLife(incarnation, spec, args);
  }
}
