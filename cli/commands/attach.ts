import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { attach as carryOut } from '../../client/attach/attach.ts';
import { planAttach } from '../../client/attach/look.ts';
import { nodeProcesses } from '../../client/attach/node-processes.ts';
import { observedPids } from '../../client/attach/observed.ts';
import type { AttachPlan } from '../../client/attach/plan.ts';
import { fromLocal } from '../../client/fleet/fleet.ts';
import type { LocalInstance } from '../../client/fleet/local.ts';
import { PerchError } from '../../protocol/errors.ts';
import { fromColumns } from '../../protocol/tree.ts';
import { command } from '../command.ts';
import { type Reach, reach } from '../connection.ts';
import type { Output } from '../output.ts';
import { duration } from '../text/figures.ts';
import { instanceLine } from '../text/instance-line.ts';
import { oneLine } from '../text/plain.ts';
import { table } from '../text/table.ts';

export const attach = command({
  args: [
    {
      name: 'PID',
      does: 'A Node process of this computer and this user (root: of any). Without it those without an agent are listed.',
      isOptional: true,
    },
  ],
  options: {
    'dry-run': { kind: 'flag', does: 'Say what it would do, or why it cannot be done, and do nothing.' },
    yes: { kind: 'flag', does: 'Do not ask. Needed where there is no terminal.' },
  },
  about:
    'Puts the agent into a Node process that runs without one, also while its loop stands still: SIGUSR1 opens ' +
    "Node's inspector, the agent goes in through it, and the inspector is closed at once. It says first what it will do, and " +
    'refuses what cannot work with the reason (docs/attach.md). `perch detach` takes the agent out again.',
  json: '{pid,command,address,wasStuck,inspectorMs,tookMs}; with --dry-run {pid,command,inspector:{host,port},steps,cautions}; without PID {processes:[{pid,user,name,command}]}',
  examples: ['attach', 'attach 4121 --dry-run', 'attach 4121 --yes --json'],
  async run({ args, options, out, signal }) {
    const way = await reach({ timeout: options.timeout }, out);
    if (args.PID === undefined) return list(way, out, signal);
    const pid = pidOf(args.PID);
    const plan = await planAttach(pid, async () => (await observed(way, signal)).get(pid) ?? null);
    if (options['dry-run']) return printPlan(plan, out);
    if (options.yes) say(plan, (line) => out.text(line), out);
    else await confirm(plan, out, signal);
    const attached = await carryOut(plan, {
      open: async (...how) => (await import('../../client/session.ts')).openSession(...how),
      readAgent: () => readFile(AGENT, 'utf8'),
      timeoutMs: way.timeoutMs,
      signal,
      onStep: (words) => out.text(out.paint.faint(words)),
    });
    const { path, info, wasStuck, inspectorMs, tookMs } = attached;
    const address = `unix:${path}`;
    out.document({
      pid,
      command: plan.command,
      address,
      wasStuck,
      inspectorMs: Math.round(inspectorMs),
      tookMs: Math.round(tookMs),
    });
    out.text(`Attached in ${duration(tookMs)}; the inspector was open for ${duration(inspectorMs)}.`);
    if (wasStuck) out.text(out.paint.trouble('Its loop stands still.'));
    if (info.pid !== pid) out.text('It joined the service that started it:');
    out.text(instanceLine(info, out.paint, Date.now()));
    return 0;
  },
});

/** The agent as one text (scripts/build.ts). */
const AGENT = fileURLToPath(new URL('../../agent/dist/attach.cjs', import.meta.url));

function pidOf(text: string): number {
  const pid = Number(text);
  if (/^\d{1,10}$/.test(text) && pid > 0) return pid;
  throw new PerchError('BAD_USAGE', `PID is a number, not "${text}"`);
}

async function list(way: Reach, out: Output, signal: AbortSignal): Promise<number> {
  if (process.platform !== 'linux') {
    throw new PerchError('NOT_ON_THIS_SYSTEM', 'Attaching needs Linux: it looks at processes by /proc');
  }
  const known = await observed(way, signal);
  const processes = await nodeProcesses((pid) => known.has(pid));
  out.document({
    processes: processes.map(({ pid, user, name, command }) => ({ pid, user, name, command })),
  });
  if (processes.length === 0) out.note('Every Node process here has an agent, or there is none.');
  const rows = processes.map(({ pid, user, command }) => [String(pid), oneLine(user), oneLine(command)]);
  for (const line of table(rows, (column) => column === 0)) out.text(line);
  return 0;
}

/** The pids that an agent answers for, each with the name of its service. */
async function observed(way: Reach, signal: AbortSignal): Promise<Map<number, string>> {
  const treeOf = async (instance: LocalInstance) => {
    const session = await way.connectTo(fromLocal([instance])[0]!)({ signal, timeoutMs: way.timeoutMs });
    try {
      return fromColumns((await session.call('tree', {}, { signal, timeoutMs: way.timeoutMs })).columns);
    } finally {
      session.close();
    }
  };
  return observedPids(await way.lookAround(), treeOf);
}

function printPlan(plan: AttachPlan, out: Output): number {
  const { pid, command, inspector, steps, cautions } = plan;
  out.document({ pid, command, inspector, steps, cautions });
  say(plan, (line) => out.text(line), out);
  return 0;
}

function say(
  { pid, command, steps, cautions }: AttachPlan,
  print: (line: string) => void,
  out: Output,
): void {
  print(`${out.paint.strong(String(pid))}  ${oneLine(command)}`);
  for (const [at, step] of steps.entries()) print(`  ${at + 1}. ${step}`);
  for (const caution of cautions) print(out.paint.trouble(`  ${caution}`));
}

async function confirm(plan: AttachPlan, out: Output, signal: AbortSignal): Promise<void> {
  if (!out.canAsk) throw new PerchError('CONFIRM_NEEDED', 'There is no terminal to confirm the attach on');
  say(plan, (line) => out.note(line), out);
  const answer = await out.ask('Attach? [y/N] ', { signal });
  if (!/^y(es)?$/i.test(answer.trim())) throw new PerchError('CANCELLED', 'Nothing was done');
}
