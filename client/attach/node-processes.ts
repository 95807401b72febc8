import { readFile } from 'node:fs/promises';
import { readNodeOptions } from './node-options.ts';
import { allPids, isNode, programOf, readFacts } from './process-facts.ts';

/** A Node process in which no agent runs. */
export interface NodeProcess {
  pid: number;
  /** Clock ticks after boot at its start: with the pid it names one process. */
  startTicks: number;
  /** Name of the user it runs as; its number where it has none. */
  user: string;
  /** What to call it: its script, without folders and ending. */
  name: string;
  /** Node's own options and the script; not what the script is given. */
  command: string;
}

/** Pure: a package's `index` and `main` say less than their folder. */
export function nameOf(script: string): string {
  const parts = script.split('/').filter((part) => part !== '' && part !== '.');
  const name = (parts.at(-1) ?? script).replace(/\.[cm]?[jt]s$/, '');
  return /^(?:index|main|server|app)$/.test(name) && parts.length > 1 ? `${parts.at(-2)}/${name}` : name;
}

/** Perch itself, as npm links it and as the app starts it. */
const PERCH = /(?:^|\/)(?:\.bin\/perch|cli\/bin\.js)$/;

/**
 * The Node processes of this user (root: of everybody) in which no agent runs, by pid, without those of Perch. Empty
 * where there is no /proc. Costs one look a process of the machine, and some more of each that is Node.
 */
export async function nodeProcesses(isObserved: (pid: number) => boolean): Promise<NodeProcess[]> {
  const uid = process.getuid?.() ?? -1;
  const found: NodeProcess[] = [];
  let names: Map<number, string> | null = null;
  for (const pid of await allPids()) {
    if (isObserved(pid) || !isNode({ program: await programOf(pid) })) continue;
    const facts = await readFacts(pid);
    if (!facts || (uid !== 0 && facts.uid !== uid)) continue;
    const { script, shown } = readNodeOptions(facts.command);
    if (PERCH.test(script ?? '')) continue;
    const command = shown.join(' ');
    names ??= await userNames();
    found.push({
      pid,
      startTicks: facts.startTicks,
      user: names.get(facts.uid) ?? String(facts.uid),
      name: script === null ? command : nameOf(script),
      command,
    });
  }
  return found.sort((a, b) => a.pid - b.pid);
}

/** passwd(5), as far as it is in a file. */
async function userNames(): Promise<Map<number, string>> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  return new Map(
    lines.flatMap((line): [number, string][] => {
      const [name, , uid] = line.split(':');
      return uid === undefined ? [] : [[Number(uid), name!]];
    }),
  );
}
