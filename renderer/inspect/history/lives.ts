import type { TreeNode } from '../../../protocol/tree.ts';
import { isAlive } from '../../store/row-keys.ts';
import type { TimelineRow } from '../../store/timeline.ts';
import { authorWords } from '../../timeline/words.ts';

/** One incarnation as the ledger tells of it. Times are milliseconds since 1970 at the agent. */
export interface Life {
  id: string;
  incarnation: number;
  /** Null: it began before what is known. */
  from: number | null;
  /** Null: it lives. */
  to: number | null;
  end: LifeEnd | null;
  /** From its end to its successor being ready; null: there is none, or not yet. */
  recoveredMs: number | null;
  /** The line of the timeline that tells of it: its end, else its beginning; null: none is kept. */
  row: string | null;
}

export interface LifeEnd {
  words: string;
  /** `asked`: somebody ended it through Perch. Only trouble has a colour. */
  tone: 'calm' | 'asked' | 'warn' | 'bad';
}

/** Reasons that are an end in order (OTP: normal, shutdown). */
const IN_ORDER = /^(normal|shutdown\b.*|stopped|restarted)$/;

/** The lives of one supervised node, oldest first, as far as the lines of the timeline reach. */
export function livesOf(rows: readonly TimelineRow[], node: TreeNode): Life[] {
  const lives: Life[] = [];
  for (const row of rows) {
    if (row.what === 'epoch') {
      // Ids and incarnations are counted anew: nothing of before lives on.
      for (const life of lives) life.to ??= row.at;
    }
    if (row.node.lineage !== node.lineage) continue;
    if (row.what === 'started') lives.push(begun(row.node, row.at, row.id));
    if (row.what === 'ended') addEnd(lives, row);
  }
  const last = lives.at(-1);
  const isKnown = last?.id === node.id && last.incarnation === node.incarnation;
  if (!isKnown && isAlive(node)) lives.push(begun(node, node.startedAt, null));
  return lives;
}

function addEnd(lives: Life[], row: TimelineRow): void {
  const { node, successor, phases, isStraggler } = row;
  if (phases.exited === null && !isStraggler) return;
  let life = lives.findLast(({ id, to }) => id === node.id && to === null);
  if (!life) {
    life = begun(node, null, null);
    lives.push(life);
  }
  life.to = row.at;
  life.row = row.id;
  life.end = { words: endWords(row), tone: toneOf(row) };
  life.recoveredMs = row.tookMs;
  if (successor) {
    const startedMs = Math.max(0, (phases.started ?? 0) - (phases.exited ?? phases.started ?? 0));
    lives.push(begun(successor, row.at + (row.tookMs ?? startedMs), row.id));
  }
}

function begun(node: { id: string; incarnation: number }, from: number | null, row: string | null): Life {
  return { id: node.id, incarnation: node.incarnation, from, to: null, end: null, recoveredMs: null, row };
}

function endWords({ reason, act, isStraggler }: TimelineRow): string {
  if (isStraggler) return 'told to end, still ran';
  const words = reason ?? 'ended';
  return act ? `${words}, by ${authorWords(act.author)}` : words;
}

function toneOf({ reason, act, isStraggler, decision }: TimelineRow): LifeEnd['tone'] {
  if (isStraggler) return 'warn';
  if (decision?.decision === 'escalate') return 'bad';
  if (act) return 'asked';
  return IN_ORDER.test(reason ?? 'normal') ? 'calm' : 'bad';
}
