/**
 * @perch/agent: OTP's supervisors for Node, and the agent that lets Perch look at them.
 * docs/supervision.md says what every word means.
 */

export type { AgentOptions } from './config.ts';
export { startAgent } from './start.ts';
export type { ChildHandle } from './supervisor/child-handle.ts';
export type {
  ChildSpec,
  ProcessOptions,
  Shutdown,
  TaskOptions,
  ThreadOptions,
} from './supervisor/child-spec.ts';
export type { WorkerContext } from './supervisor/context.ts';
export type {
  ChildInfo,
  ChildSpecInfo,
  DynamicOptions,
  DynamicSupervisor,
  StaticOptions,
  StaticSupervisor,
  Supervisor,
} from './supervisor/supervisor.ts';
export { dynamicSupervisor, supervisor } from './supervisor/supervisor.ts';
export { SupervisorError, type SupervisorErrorCode } from './supervisor/supervisor-error.ts';
