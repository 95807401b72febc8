import type { TreeNode } from '../../protocol/tree.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import { age, clockTime, figures } from '../text/figures.ts';
import { oneLine } from '../text/plain.ts';
import { list } from '../text/table.ts';
import { statusWord } from '../text/tree-lines.ts';
import { findNode } from './tree.ts';

export const show = command({
  args: [TARGET, NODE],
  options: CONNECTION,
  about: 'Prints everything the tree knows of one node, a dead one too while it is remembered.',
  json: '{instance:{service,region,instance,pid,node,epoch}, node:{…every field of docs/protocol.md}}',
  examples: ['show fra-1 app/games/7f3a', 'show fra-1 4121.0'],
  async run({ args, options, out, signal }) {
    const { session } = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { node, mirror } = await findNode(session, args.NODE, { signal, timeoutMs: options.timeout });
      const { service, region, instance, pid, node: version, epoch } = session.hello.instance;
      out.document({ instance: { service, region, instance, pid, node: version, epoch }, node });
      const children = mirror.childrenByParent().get(node.id) ?? [];
      out.text(list(out.paint, rows(node, children, mirror.at)).join('\n'));
      return 0;
    } finally {
      session.close();
    }
  },
});

function rows(node: TreeNode, children: readonly TreeNode[], now: number): [string, string | null][] {
  const { supervisor, child } = node;
  const since = (at: number) => `${clockTime(at)} (${age(now - at)} ago)`;
  return [
    ['id', node.id],
    ['lineage', `${oneLine(node.lineage)}  #${node.incarnation}`],
    ['kind', node.host ? `${node.kind} on a ${node.host}` : node.kind],
    ['status', statusWord(node)],
    ['pid', String(node.pid)],
    ['command', node.command && oneLine(node.command)],
    ['agent', node.observed ? null : 'none inside'],
    ['started', since(node.startedAt)],
    ['ended', node.endedAt === null ? null : since(node.endedAt)],
    ['restarts', String(node.restarts)],
    [node.endedAt === null ? 'last exit' : 'exit', node.exitReason && oneLine(node.exitReason)],
    ['figures', figures(node).join('  ') || null],
    [
      'strategy',
      supervisor &&
        `${supervisor.strategy}, ${supervisor.restartsInPeriod} of ${supervisor.intensity} restarts in ${supervisor.periodMs} ms`,
    ],
    ['restart', child?.restart ?? null],
    [
      'shutdown',
      child && (typeof child.shutdown === 'number' ? `after ${child.shutdown} ms` : child.shutdown),
    ],
    [
      'marks',
      [child?.significant && 'significant', child?.protected && 'protected'].filter(Boolean).join(', ') ||
        null,
    ],
    ['state', node.hasState ? 'can be read' : null],
    ['links', node.links.map(({ to, kind }) => `${kind} ${to}`).join(', ') || null],
    ['children', children.length > 0 ? String(children.length) : null],
  ];
}
