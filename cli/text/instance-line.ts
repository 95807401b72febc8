import type { InstanceInfo } from '../../protocol/tree.ts';
import { age } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './plain.ts';

/** `tictactoe  fra  fra-1  pid 4121  Node 20.20.2  up 3 min`. */
export function instanceLine(info: InstanceInfo, paint: Paint, now: number): string {
  const { service, region, instance, pid, node, startedAt } = info;
  return [
    paint.strong(oneLine(service)),
    ...(region ? [oneLine(region)] : []),
    ...(instance === service ? [] : [oneLine(instance)]),
    paint.faint(`pid ${pid}  Node ${node}  up ${age(now - startedAt)}`),
  ].join('  ');
}
