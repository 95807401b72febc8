import { readdirSync, readFileSync } from 'node:fs';

/** Proportional set size of a process and all below it, in MB: what is shared counts once. */
export function pssOf(pid: number): number {
  return treeOf(pid).reduce((sum, each) => sum + ownPss(each), 0);
}

function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== null) parents.set(Number(name), parent);
  }
  const found = new Set([root]);
  for (const each of found) for (const [pid, parent] of parents) if (parent === each) found.add(pid);
  return [...found];
}

/** Null: it has ended meanwhile. */
function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function ownPss(pid: number): number {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))!;
    return Number(kilobytes) / 1000;
  } catch {
    return 0;
  }
}
