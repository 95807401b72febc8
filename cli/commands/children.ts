import type { Act } from '../../protocol/act.ts';
import { PerchError } from '../../protocol/errors.ts';
import { fromColumns, type TreeNode } from '../../protocol/tree.ts';
import { ASKED, checkAsked } from '../act/ask.ts';
import { childrenOf } from '../act/children.ts';
import { oneAct, type Wanted } from '../act/one-act.ts';
import { exitCodeOf } from '../act/outcome.ts';
import { CONNECTION, command, NODE, TARGET } from '../command.ts';
import { reachTarget } from '../connection.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../text/plain.ts';
import { table } from '../text/table.ts';
import { findNode } from './tree.ts';

/** Options that name a child, and the act that each stands for. */
const CHILD_ACTS = { terminate: 'stop', restart: 'restart', delete: 'delete' } as const satisfies Record<
  string,
  Act
>;

export const children = command({
  args: [TARGET, { ...NODE, name: 'SUPERVISOR' }],
  options: {
    start: {
      kind: 'text',
      value: 'ID',
      does: "Start a child of this id: OTP's start_child on a dynamic supervisor.",
    },
    args: { kind: 'text', value: 'JSON', does: 'With --start: its arguments.' },
    terminate: { kind: 'text', value: 'ID', does: "Stop that child in order: OTP's terminate_child." },
    restart: {
      kind: 'text',
      value: 'ID',
      does: "Start a stopped child again (OTP's restart_child); cycle one that runs.",
    },
    delete: { kind: 'text', value: 'ID', does: "Take a stopped child out of its place: OTP's delete_child." },
    reason: {
      kind: 'text',
      value: 'TEXT',
      does: 'Why; it stands in ledger and audit. Needed by the four above.',
    },
    ...ASKED,
    ...CONNECTION,
  },
  about:
    "Lists a supervisor's children in start order, with their restart types and counts as OTP's which_children and " +
    'count_children give them; or acts on one of them.',
  json: '{supervisor:{id, lineage, strategy, intensity, periodMs, restartsInPeriod}, counts:{specs, active, supervisors, workers}, children:[{id, name, lineage, kind, host, restart, significant, protected, status, incarnation, restarts}]}; with one of the acts as of `kill`, outcome done where a child was started or deleted.',
  examples: [
    'children fra-1 app/games',
    'children fra-1 app/games --start 9d --args \'{"level":3}\' --reason "more"',
    'children fra-1 app --delete bots --reason "no longer needed" --yes',
  ],
  async run({ args, options, out, signal }) {
    const asked = askedFor(options);
    if (asked) checkAsked(asked.option, { ...options, reason: options.reason ?? '' }, out);
    const reached = await reachTarget(args.TARGET, options, out, signal);
    try {
      const { session } = reached;
      const found = { signal, timeoutMs: options.timeout };
      const { node } = await findNode(session, args.SUPERVISOR, found);
      if (node.kind !== 'supervisor')
        throw new PerchError(
          'NOT_POSSIBLE',
          `${node.lineage} is no supervisor: it has no children of that kind`,
        );
      const nodes = fromColumns((await session.call('tree', {}, found)).columns);
      if (!asked) return print(node, nodes, out);
      const document = await oneAct(
        reached,
        asked.wanted.act === 'start-child' ? node : childOf(node, asked.id, nodes),
        { ...asked.wanted, name: asked.name },
        { ...options, reason: options.reason! },
        { out, signal },
      );
      return exitCodeOf(document.outcome);
    } finally {
      reached.session.close();
    }
  },
});

interface Asked {
  option: string;
  id: string;
  wanted: Wanted;
  /** As the question calls it. */
  name: string;
}

/** The one act among the options; null where the children are only listed. */
function askedFor(
  options: Partial<Record<'start' | 'args' | keyof typeof CHILD_ACTS, string>>,
): Asked | null {
  const all: Asked[] = [];
  const { start, args } = options;
  if (start !== undefined) {
    const wanted: Wanted = { act: 'start-child', child: start, childArgs: args };
    all.push({ option: '--start', id: start, wanted, name: `start ${start} below` });
  }
  for (const [option, act] of Object.entries(CHILD_ACTS)) {
    const id = options[option as keyof typeof CHILD_ACTS];
    if (id !== undefined) all.push({ option: `--${option}`, id, wanted: { act }, name: option });
  }
  if (all.length > 1)
    throw new PerchError('BAD_USAGE', `${all.map(({ option }) => option).join(' and ')} at once`);
  if (args !== undefined && start === undefined)
    throw new PerchError('BAD_USAGE', '--args goes with --start');
  if (args !== undefined && !isJson(args))
    throw new PerchError('BAD_USAGE', `--args is no JSON: ${args.slice(0, 40)}`);
  return all[0] ?? null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function childOf(supervisor: TreeNode, id: string, nodes: readonly TreeNode[]): TreeNode {
  const row = childrenOf(supervisor, nodes).children.find(({ name }) => name === id);
  const node = nodes.find((each) => each.id === row?.id);
  if (node) return node;
  throw new PerchError('NO_SUCH_NODE', `${supervisor.lineage} has no child ${id}`, { node: id });
}

function print(node: TreeNode, nodes: readonly TreeNode[], out: Output): number {
  const { children: rows, counts } = childrenOf(node, nodes);
  const { strategy, intensity, periodMs, restartsInPeriod } = node.supervisor!;
  const { id, lineage } = node;
  out.document({
    supervisor: { id, lineage, strategy, intensity, periodMs, restartsInPeriod },
    counts,
    children: rows,
  });
  out.text(
    `${oneLine(lineage)} (${strategy}): ${counts.specs} specs, ${counts.active} active, ` +
      `${counts.supervisors} supervisors, ${counts.workers} workers; ` +
      `${restartsInPeriod} of ${intensity} restarts in ${periodMs / 1000} s`,
  );
  const lines = rows.map((row) => [
    oneLine(row.name),
    row.id,
    row.kind === 'supervisor' ? 'supervisor' : (row.host ?? 'worker'),
    row.restart,
    `${row.status}${row.significant ? ', significant' : ''}${row.protected ? ', protected' : ''}`,
    `#${row.incarnation}`,
    row.restarts === 1 ? '1 restart' : `${row.restarts} restarts`,
  ]);
  for (const line of table(lines)) out.text(`  ${line}`);
  return 0;
}
