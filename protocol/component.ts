/**
 * What a library in the service holds and an adapter of the agent has found: a server, a pool, a plugin, an actor. A
 * node of kind `component` has it (docs/adapters.md).
 */
export interface ComponentFacts {
  /** The adapter that found it, which is one file of the agent: `http`, `piscina`. */
  adapter: string;
  /** What it is, in the library's own words: `http server`, `connection pool`, `plugin`. */
  type: string;
  /** What it says of itself and seldom changes, by words for it: an address, a limit. */
  facts: Record<string, string | number | boolean>;
  /** The threads (worker_threads' ids) of its process that are its members; they hang under it. */
  threads?: number[];
  /** The same for processes. */
  pids?: number[];
}

/** An adapter that does less than it should in one thread, or nothing any more. */
export interface AdapterNote {
  adapter: string;
  threadId: number;
  /** It threw, or took too long: it is switched off there for good. Else it only leaves something out. */
  isOff: boolean;
  why: string;
}

/**
 * What is counted of a component now, by name. A name says its unit at its end (`heapBytes`, `waitMs`, `hitPercent`,
 * `requestsPerSecond`); what ends with none of these is a count.
 */
export type Figures = Record<string, number>;

export type FigureUnit = 'count' | 'bytes' | 'ms' | 'percent' | 'per-second';

const UNITS: readonly [ending: RegExp, unit: FigureUnit][] = [
  [/PerSecond$/, 'per-second'],
  [/Bytes$/, 'bytes'],
  [/Percent$/, 'percent'],
  [/Ms$/, 'ms'],
];

/** `inFlight` → `in flight`, a count; `requestsPerSecond` → `requests`, per second. */
export function figureWords(name: string): { words: string; unit: FigureUnit } {
  const [ending, unit] = UNITS.find(([pattern]) => pattern.test(name)) ?? [/$/, 'count' as const];
  const words = name.replace(ending, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return { words: words === '' ? name : words, unit };
}

/** How a client writes bytes and durations. */
export interface FigureFormat {
  bytes(count: number): string;
  duration(ms: number): string;
}

/** Figures for a person, in the order given: `3 idle`, `12.5 requests/s`, `heap 4 MB`, `hit 93%`. */
export function figureTexts(figures: Figures, { bytes, duration }: FigureFormat): string[] {
  return Object.entries(figures).map(([name, value]) => {
    const { words, unit } = figureWords(name);
    switch (unit) {
      case 'count':
        return `${value.toLocaleString('en')} ${words}`;
      case 'per-second':
        return `${value.toLocaleString('en')} ${words}/s`;
      case 'bytes':
        return `${words} ${bytes(value)}`;
      case 'ms':
        return `${words} ${duration(value)}`;
      case 'percent':
        return `${words} ${Math.round(value)}%`;
      default:
        return unit satisfies never;
    }
  });
}

/** What an adapter has to say, for a person: `adapter http is off in main: TypeError: …`. */
export function adapterWords({ adapter, threadId, isOff, why }: AdapterNote): string {
  const where = threadId === 0 ? 'in main' : `in thread ${threadId}`;
  return isOff ? `adapter ${adapter} is off ${where}: ${why}` : `adapter ${adapter} ${where}: ${why}`;
}
