import { AsyncResource } from 'node:async_hooks';

/**
 * The async ids that the synchronous part of a `run` made: nothing else on this thread gets one meanwhile. What it
 * made itself lies between them, and what its callbacks make has one of them as its trigger. Costs some 40 ns, and
 * needs no hook: Node counts these ids anyway. Both are `NO_ID` where nobody may look.
 */
export interface RunScope {
  firstId: number;
  /** `NO_ID` while that part runs. */
  lastId: number;
}

export const NO_ID = 0;

const OPTIONS = { requireManualDestroy: true };

/** What opens the scope: from now on ids are its own, until `runInScope` has come to its end. */
export function openScope(scope: RunScope): AsyncResource {
  const resource = new AsyncResource('PerchTask', OPTIONS);
  scope.firstId = small(resource.asyncId());
  return resource;
}

/** Calls `run` so that what it makes can be told from all else. */
export function runInScope<T>(
  resource: AsyncResource,
  scope: RunScope,
  run: (argument: never) => T,
  self: object,
  argument: unknown,
): T {
  try {
    return resource.runInAsyncScope(run as (argument: unknown) => T, self, argument);
  } finally {
    scope.lastId = small(new AsyncResource('PerchTask', OPTIONS).asyncId());
  }
}

/** Node counts ids in doubles; as such each would be an object of its own, of which a supervisor keeps 100,000. */
function small(id: number): number {
  return id < 2 ** 30 ? id | 0 : id;
}

/** Whether it was made in the synchronous part itself. */
export function isWithin({ firstId, lastId }: RunScope, asyncId: number): boolean {
  return asyncId > firstId && (lastId === NO_ID || asyncId < lastId);
}
