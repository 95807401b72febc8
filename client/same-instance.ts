import type { InstanceInfo } from '../protocol/tree.ts';
import { isNamed } from './fleet/connect.ts';

/**
 * Whether who answers now is another life of who answered then. An address is no proof: a load balancer, a new pod, or
 * somebody else's service may be behind it. Without a name of its own it is told by its service.
 */
export function isSameInstance(then: InstanceInfo, now: InstanceInfo): boolean {
  if (then.epoch === now.epoch) return true;
  if (then.keptAs !== undefined && then.keptAs === now.keptAs) return true;
  if (then.service !== now.service) return false;
  return then.instance === now.instance || (!isNamed(then) && !isNamed(now));
}

/** Whether it is the very same process, whatever became of its agent. In containers every pid is 1, life after life. */
export function isOneProcess(then: InstanceInfo, now: InstanceInfo): boolean {
  return then.pid === now.pid && then.startedAt === now.startedAt;
}
