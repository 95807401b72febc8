import type { Mutant } from './mutate.ts';

/** Mutants that nothing can catch, because they do the same: only such may stand here. */
interface Listed {
  file: string;
  /** The line, or enough of it. */
  source: string;
  what: readonly string[];
  why: string;
}

const LISTED: readonly Listed[] = [
  {
    file: 'agent/supervisor/transition.ts',
    source: 'is never queued',
    what: ['default: removed'],
    why: 'Only what `serve` knows is ever queued; the types need the case.',
  },
  {
    file: 'agent/supervisor/transition.ts',
    source: 'const affected = group.length === 1 ? [] : group.filter((other) => other !== child);',
    what: ['group.length === 1 → false'],
    why: 'A shortcut: who is alone in its group is filtered out of it as well.',
  },
  {
    file: 'agent/supervisor/transition.ts',
    source: "if (affected.length === 0) return beginStarting(turn, group, { kind: 'restart' });",
    what: ['affected.length === 0 → false'],
    why: 'A shortcut: to stop nobody and then to start the group is the same.',
  },
  {
    file: 'agent/supervisor/transition.ts',
    source: 'if (affected.length === 0) return beginWait(turn, child, delayMs);',
    what: ['affected.length === 0 → false'],
    why: 'A shortcut: to stop nobody and then to wait is the same.',
  },
  {
    file: 'agent/supervisor/transition.ts',
    source: "child.phase = 'none';",
    what: ['removed'],
    why: 'In `restartNow`: it would be among those that are stopped, which sets the same for what does not run.',
  },
  {
    file: 'agent/supervisor/sequence.ts',
    source: "if (child.pid !== pid || child.phase !== 'starting' || operation?.kind !== 'starting') return;",
    what: [
      "child.pid !== pid || child.phase !== 'starting' || operation?.kind !== 'starting' → child.pid !== pid || child.phase !== 'starting'",
    ],
    why: 'A child is `starting` only while its supervisor is; the types need it said.',
  },
  {
    file: 'agent/supervisor/sequence.ts',
    source: 'child.pid = state.nextPid++;',
    what: ['++ → --'],
    why: 'Lives are told apart by their numbers, whichever way these go.',
  },
  {
    file: 'agent/supervisor/strategy.ts',
    source: 'return false;',
    what: ["case 'never': removed"],
    why: 'Nothing is returned then, which means no as well.',
  },
  {
    file: 'agent/supervisor/restart-window.ts',
    source: 'while (window.from < times.length && times[window.from]! < threshold) window.from++;',
    what: [
      'window.from < times.length && times[window.from]! < threshold → times[window.from]! < threshold',
      '< → <=',
    ],
    why: 'Behind the last time there is none, and nothing is less than that.',
  },
  {
    file: 'agent/supervisor/restart-window.ts',
    source: 'if (window.from > 64 && window.from * 2 > times.length) {',
    what: [
      'window.from > 64 && window.from * 2 > times.length → true',
      'window.from > 64 && window.from * 2 > times.length → window.from > 64',
      'window.from > 64 && window.from * 2 > times.length → window.from * 2 > times.length',
      '&& → ||',
      '> → >=',
      '> → <=',
    ],
    why: 'Memory is given back sooner or later; what is counted is the same.',
  },
];

/** Survivors that are not listed, and lines of the list that stand for no survivor. */
export function compareWithList(survivors: readonly Mutant[]): { unlisted: Mutant[]; idle: string[] } {
  const met = new Set<string>();
  const unlisted = survivors.filter((mutant) => {
    const entry = LISTED.find(
      ({ file, source, what }) =>
        file === mutant.file && mutant.source.includes(source) && what.includes(mutant.what),
    );
    if (entry) met.add(keyOf(entry.file, entry.source, mutant.what));
    return !entry;
  });
  const idle = LISTED.flatMap(({ file, source, what }) =>
    what.map((each) => keyOf(file, source, each)).filter((key) => !met.has(key)),
  );
  return { unlisted, idle };
}

const keyOf = (file: string, source: string, what: string): string => `${file}: ${what} in ${source}`;
