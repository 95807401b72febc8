/** What `/proc/PID/stat` says (proc(5)), in the kernel's own units. */
export interface ProcStat {
  pid: number;
  /** The program's name, at most 15 characters. */
  name: string;
  /** R running, S sleeping, D in the kernel, T stopped, Z zombie, X dead. */
  state: string;
  ppid: number;
  /** Its process group: the pid of who leads it. */
  group: number;
  /** User and system time. */
  cpuTicks: number;
  /** After boot. */
  startTicks: number;
  rssPages: number;
}

/** The name may hold anything, blanks and parentheses too: the fields begin after the last `)`. Null for what is none. */
export function parseStat(text: string): ProcStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  const stat = {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? '',
    ppid: Number(fields[1]),
    group: Number(fields[2]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks: Number(fields[19]),
    rssPages: Number(fields[21]),
  };
  const isWhole = [stat.pid, stat.ppid, stat.cpuTicks, stat.startTicks, stat.rssPages].every(Number.isFinite);
  return isWhole ? stat : null;
}

/** A zombie has ended: nothing of it runs any more. */
export function isZombie(stat: ProcStat): boolean {
  return stat.state === 'Z' || stat.state === 'X';
}
