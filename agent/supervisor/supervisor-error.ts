import type { RequestError } from './state.ts';

export type SupervisorErrorCode = RequestError | 'no_answer' | 'timeout';

/**
 * What code that uses a supervisor can meet in operation. `code` is OTP's word for it (docs/supervision.md lists
 * them); `cause` is what a child threw, where that is the reason.
 */
export class SupervisorError extends Error {
  readonly code: SupervisorErrorCode;
  /** Lineage of the child or supervisor it is about. */
  readonly lineage: string;

  constructor(code: SupervisorErrorCode, lineage: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SupervisorError';
    this.code = code;
    this.lineage = lineage;
  }
}

const WORDS: Record<RequestError, string> = {
  already_started: 'a child with this id runs already',
  already_present: 'a child with this id is there already, though it does not run; restart or delete it',
  not_found: 'there is no such child',
  running: 'it runs; terminate it first',
  restarting: 'it is being restarted; terminate it first, or wait',
  simple_one_for_one: 'a dynamic supervisor starts and terminates children only',
  start_failed: 'it failed to start',
  shutdown: 'the supervisor is shutting down',
  not_running: 'the supervisor does not run; start it first',
};

export function requestError(code: RequestError, lineage: string, reason?: string, cause?: unknown) {
  const because = reason ? `: ${reason}` : '';
  return new SupervisorError(code, lineage, `${lineage}: ${WORDS[code]}${because}`, cause);
}
