import type { CostRates, Overhead, ProcessCost, SessionCost } from '../../protocol/cost.ts';
import { age, bytes, duration } from './figures.ts';
import type { Paint } from './paint.ts';
import { oneLine } from './plain.ts';
import { table } from './table.ts';

/** A process with what it used while it was looked at; or why nothing is known of it. */
export type RatedProcess =
  | (ProcessCost & { rates: CostRates | null })
  | { node: string; pid: number; why: string };

/** What the agents of one instance take, process by process, and last what nobody measures. */
export function costLines(processes: readonly RatedProcess[], more: number, paint: Paint): string[] {
  const lines: string[] = [];
  const notMeasured = new Map<string, string>();
  for (const process of processes) {
    if ('why' in process) {
      lines.push(`process ${process.node}  ${paint.trouble('not measured')}: ${oneLine(process.why)}`);
      continue;
    }
    lines.push(
      `process ${process.node}  ${paint.faint(`agent up ${age(Date.now() - process.hubStartedAt)}`)}`,
    );
    lines.push(...table(rowsOf(process, paint)).map((line) => `  ${line}`));
    lines.push(
      ...table(process.sessions.map((session) => sessionRow(session, paint))).map((line) => `  ${line}`),
    );
    for (const { what, why } of process.notMeasured) notMeasured.set(what, why);
  }
  if (more > 0) lines.push(`${more} more processes with an agent were not asked`);
  if (notMeasured.size > 0) lines.push('not measured');
  for (const [what, why] of notMeasured) lines.push(`  ${oneLine(what)}: ${paint.faint(oneLine(why))}`);
  return lines;
}

function rowsOf(cost: ProcessCost & { rates: CostRates | null }, paint: Paint): string[][] {
  const { hub, threads, total, network, process, rates } = cost;
  const others = threads.others === 1 ? '1 other thread' : `${threads.others} other threads`;
  const rows = [
    [
      'agent thread',
      percent(rates?.hubCpuPercent),
      spent(hub.cpuMs),
      `of ${spent(process.cpuMs)} of the process`,
    ],
    ['main thread', percent(rates?.mainPercent), spent(threads.mainMs), 'at least'],
    ...(threads.others > 0
      ? [[others, percent(rates?.othersPercent), spent(threads.othersMs), 'at least']]
      : []),
    [
      'heap',
      '',
      bytes(hub.heapBytes),
      `${bytes(hub.heapUsedBytes)} used; the process has ${bytes(process.rssBytes)}`,
    ],
    ['outside it', '', bytes(hub.externalBytes), 'reserved, touched or not'],
    [
      'sent',
      perS(rates?.bytesOutPerS),
      bytes(total.bytesOut),
      network ? `${bytes(network.bytesOut)} with ssh and logins` : '',
    ],
    [
      'received',
      perS(rates?.bytesInPerS),
      bytes(total.bytesIn),
      network ? `${bytes(network.bytesIn)} with ssh and logins` : '',
    ],
  ];
  if (cost.overhead)
    rows.push([
      'budget',
      percent(cost.overhead.usedPercent),
      `${cost.overhead.budgetPercent}%`,
      budgetWords(cost.overhead),
    ]);
  return rows.map(([name, ...figures]) => [paint.faint(name!), ...figures]);
}

/** What it does about it. */
function budgetWords({ sampleMs, slowedAt, usedPercent }: Overhead): string {
  if (slowedAt === null) return usedPercent === null ? 'not measured yet' : `sampled every ${age(sampleMs)}`;
  return `past it: sampled only every ${age(sampleMs)}, for ${age(Date.now() - slowedAt)}`;
}

function sessionRow(
  { author, since, calls, watches, bytesIn, bytesOut, isAsking }: SessionCost,
  paint: Paint,
): string[] {
  return [
    paint.faint('session'),
    oneLine(author.name || author.key),
    age(Date.now() - since),
    `${calls} calls`,
    `${watches} watches`,
    `${bytes(bytesOut)} sent`,
    `${bytes(bytesIn)} received`,
    isAsking ? 'this one' : '',
  ];
}

function spent(ms: number | null): string {
  return ms === null ? 'not measured' : duration(ms);
}

/** Of one core. What is seldom over a hundredth is told in hundredths. */
function percent(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  return `${value.toFixed(value < 10 ? 2 : 0)}%`;
}

function perS(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : `${bytes(Math.round(value))}/s`;
}
