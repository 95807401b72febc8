import { AsyncResource } from 'node:async_hooks';

/**
 * The async ids that the synchronous part of a `run` made: nothing else on this thread gets one meanwhile. What it
 * made itself lies between them, and what its callbacks make has one of them as its trigger. Costs some 40 ns, and
 * needs no hook: Node counts these ids anyway.
 */
export interface RunScope {
  readonly first: number;
  last: number;
}

const OPTIONS = { requireManualDestroy: true };

/** Calls `run` so that what it makes can be told from all else. */
export function runInScope<T>(
  run: (argument: never) => T,
  self: object,
  argument: unknown,
  opened: (scope: RunScope) => void,
): T {
  const resource = new AsyncResource('PerchTask', OPTIONS);
  const scope = { first: resource.asyncId(), last: Number.POSITIVE_INFINITY };
  opened(scope);
  try {
    return resource.runInAsyncScope(run as (argument: unknown) => T, self, argument);
  } finally {
    scope.last = new AsyncResource('PerchTask', OPTIONS).asyncId();
  }
}
