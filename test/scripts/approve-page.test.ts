import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BUDGET, MAJORS, missed, type Results } from '../../bench/approval/budgets.ts';
import type { Found, Spread } from '../../bench/approval/measure.ts';
import { LIMITS } from '../../protocol/limits.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = `${root}docs/approve.md`;
const results = JSON.parse(readFileSync(`${root}bench/approval/results.json`, 'utf8')) as Results;

/** A difference with its sign, to so many digits. */
const added = ({ median }: Spread, unit: string) =>
  `${median < 0 ? '−' : '+'}${Math.abs(median).toFixed(1)} ${unit}`;
const ratio = ({ median }: Spread) => `× ${median.toFixed(3)}`;
const range = ({ low, high }: Spread) => `× ${low.toFixed(2)} to ${high.toFixed(2)}`;
const percent = (value: number) => `${value.toFixed(2)} %`;

function measuredText(): string {
  const head = [
    'Node',
    'main until its first line',
    'memory, nobody logged in',
    'cpu of one core, idle',
    'cpu, watched',
    'throughput, watched',
    'p99, watched',
    'throughput, the machine alone',
    'p99, the machine alone',
  ];
  const cells = ({ node, startMs, memoryMb, idleCpuPercent, watchedCpuPercent, watched, noise }: Found) => [
    node.replace(/^v/, ''),
    added(startMs, 'ms'),
    added(memoryMb, 'MB'),
    percent(idleCpuPercent),
    percent(watchedCpuPercent),
    ratio(watched.throughput),
    ratio(watched.p99),
    range(noise.throughput),
    range(noise.p99),
  ];
  const memory = MAJORS.map((major) => `${BUDGET.memoryMb[major]} MB on ${major}`).join(', ');
  const budgets = `start ≤ +${BUDGET.startMs} ms, memory ≤ ${memory}, idle ≤ ${BUDGET.idleCpuPercent} %, throughput ≥ × ${BUDGET.throughput}, p99 ≤ × ${BUDGET.p99}`;
  const misses = MAJORS.flatMap((major) =>
    missed(major, results.found[major]).map((miss) => `- Node ${major}, ${miss}`),
  );
  return [
    ...table([head, ...MAJORS.map((major) => cells(results.found[major]))]),
    '',
    `Medians, on ${results.machine}, ${results.measured}. Budgets: ${budgets}.`,
    '',
    ...(misses.length === 0 ? ['Each of them held.'] : ['Not held in that run:', '', ...misses]),
  ].join('\n');
}

function boundsText(): string {
  const hub = readFileSync(`${root}agent/hub-thread.ts`, 'utf8');
  const heap = /HUB_HEAP_MB = \{ least: \d+, most: (\d+) \}/.exec(hub)![1];
  const backOff = /BACK_OFF_MS = \{ first: (\d+), most: ([\d_]+) \}/.exec(hub)!;
  const restart = `${backOff[1]} ms, then twice that each time, ${Number(backOff[2]!.replace('_', '')) / 1000} s at most`;
  const mb = (bytes: number) => `${bytes / 2 ** 20} MB`;
  return table([
    ['What', 'At most'],
    [
      "heap of the agent's thread",
      `${heap} MB, in a container a quarter of its memory; past it the thread ends`,
    ],
    ['before that thread is started again', restart],
    ["of a service's thread, for one look at a state", `${LIMITS.stateMs} ms`],
    ['sent for one look at a state', mb(LIMITS.maxStateBytes)],
    [
      'connections that are logged in',
      `${LIMITS.maxSessions}; ${LIMITS.maxHalfOpen} that are not yet, for ${LIMITS.loginMs / 1000} s`,
    ],
    ['unsent for a watcher that does not keep up', `${mb(LIMITS.maxQueuedBytes)}, then it starts over`],
    ['a session may act without being armed anew', `${LIMITS.maxArmMs / 60_000} minutes`],
    [
      'a thread is held by `suspend`',
      `${LIMITS.maxLeaseMs / 60_000} minutes; ${LIMITS.unattendedMs / 1000} s once nobody attends`,
    ],
    ['cpu of one core before it looks more seldom', `${LIMITS.overheadPercent} %, unless told`],
    ['until the off switch is seen', `${LIMITS.sampleMs / 1000} s`],
    ['until a key taken out is out', `${LIMITS.sampleMs / 1000} s`],
    ['audit on disk, an instance', mb(LIMITS.maxAuditBytes)],
  ]).join('\n');
}

function table([head, ...rows]: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head!), `|${head!.map(() => '---').join('|')}|`, ...rows.map(line)];
}

const BLOCKS = { measured: measuredText, bounds: boundsText };
const blockOf = (name: string) => new RegExp(`(<!-- ${name}: .* -->\n)([\\s\\S]*?)(<!-- /${name} -->)`);

describe('docs/approve.md', () => {
  it.each(Object.entries(BLOCKS))(
    '%s are as they were found (UPDATE_DOCS=1 writes them anew)',
    (name, text) => {
      const page = readFileSync(PAGE, 'utf8');
      const [, , block] = blockOf(name).exec(page)!;
      const wanted = `\n${text()}\n\n`;
      if (process.env.UPDATE_DOCS) {
        writeFileSync(
          PAGE,
          page.replace(blockOf(name), (_, begin, __, end) => `${begin}${wanted}${end}`),
        );
      } else expect(block).toBe(wanted);
    },
  );

  it('says no number elsewhere', () => {
    let prose = readFileSync(PAGE, 'utf8');
    for (const name of Object.keys(BLOCKS)) prose = prose.replace(blockOf(name), '');
    // These are what they are called.
    expect(prose.replace(/\b(?:p99|V8)\b/g, '').match(/.*\d.*/g) ?? []).toEqual([]);
  });

  it('is of every Node line, each measured on itself', () => {
    for (const major of MAJORS) expect(results.found[major].node).toMatch(new RegExp(`^v${major}\\.`));
  });
});

describe('a budget of the approval', () => {
  const spread = (median: number) => ({ median, low: median, high: median });
  const served = (throughput: number, p99: number) => ({
    throughput: spread(throughput),
    throughputWall: spread(0.5),
    p99: spread(p99),
  });
  const within: Found = {
    node: 'v22.0.0',
    startMs: spread(BUDGET.startMs),
    memoryMb: spread(BUDGET.memoryMb[22]),
    idleCpuPercent: BUDGET.idleCpuPercent,
    watchedCpuPercent: 90,
    startWallMs: spread(90),
    watched: served(BUDGET.throughput, BUDGET.p99),
    noise: served(1, 1),
  };

  it('holds at its edge and is missed beyond it, each by itself', () => {
    expect(missed(22, within)).toEqual([]);
    expect(missed(20, within)).toEqual(['memory before a login, MB: 22.000, must be ≤ 16']);
    expect(missed(22, { ...within, startMs: spread(12.1) })).toHaveLength(1);
    expect(missed(22, { ...within, idleCpuPercent: 0.21 })).toHaveLength(1);
    expect(missed(22, { ...within, watched: served(0.979, 1) })).toHaveLength(1);
    expect(missed(22, { ...within, watched: served(1, 1.051) })).toHaveLength(1);
  });
});
