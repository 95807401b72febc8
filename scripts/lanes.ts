import type { Need } from './machine.ts';
import type { NodeMajor } from './node-runtime.ts';

/** One line of `npm test`. */
export interface Lane {
  name: string;
  /** `checks`: tsc and biome. Otherwise the vitest project to run. */
  project:
    | 'checks'
    | 'unit'
    | 'otp'
    | 'service'
    | 'containers'
    | 'databases'
    | 'ssh'
    | 'proof'
    | 'packed'
    | 'programs'
    | 'wireguard'
    | 'e2e'
    | 'gallery'
    | 'e2e-lab';
  /** Only test files whose path holds one of these words. */
  only?: readonly string[];
  /** The services under test run on this Node; the tests themselves on the one that runs npm. */
  node?: NodeMajor;
  /** All of it runs on the desktop of the lab: what drives the app speaks to it over loopback. */
  isInLab?: true;
  needs?: readonly Need[];
}

/**
 * What leans on V8's inspector, on async ids, on how Node words an end, and on what it keeps of servers and sockets,
 * differs from one Node to the next.
 */
const BY_NODE = [
  ...['smoke', 'endings', 'suspend', 'break', 'attach'],
  ...['adapters/http', 'adapters/cluster', 'adapters/pools', 'adapters/undici'],
];

export const LANES: readonly Lane[] = [
  { name: 'check', project: 'checks' },
  { name: 'unit', project: 'unit' },
  { name: 'otp', project: 'otp', needs: ['otp'] },
  { name: 'service', project: 'service' },
  { name: 'containers', project: 'containers', needs: ['containers'] },
  { name: 'databases', project: 'databases', needs: ['databases'] },
  { name: 'ssh', project: 'ssh', needs: ['ssh'] },
  { name: 'proof', project: 'proof' },
  { name: 'packed', project: 'packed' },
  { name: 'programs', project: 'programs' },
  { name: 'node-22', project: 'service', only: BY_NODE, node: 22 },
  { name: 'node-24', project: 'service', only: BY_NODE, node: 24 },
  { name: 'node-26', project: 'service', only: BY_NODE, node: 26 },
  { name: 'wireguard', project: 'wireguard', needs: ['wireguard'] },
  { name: 'e2e', project: 'e2e', needs: ['app', 'display', 'links'] },
  { name: 'gallery', project: 'gallery', needs: ['app', 'display'] },
  { name: 'e2e-lab', project: 'e2e-lab', isInLab: true, needs: ['app', 'display', 'wireguard'] },
];

/** The lanes that were named, in their order; all without names. Throws on a name that is none. */
export function chooseLanes(names: readonly string[]): readonly Lane[] {
  const unknown = names.filter((name) => !LANES.some((lane) => lane.name === name));
  if (unknown.length > 0) {
    throw new Error(`no lane ${unknown.join(', ')}; there are ${LANES.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? LANES : LANES.filter(({ name }) => names.includes(name));
}

/** What vitest's json reporter writes, as far as it is read. */
export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[];
}

export interface Outcome {
  passed: number;
  failed: number;
  /** Why the lane failed beside its failed tests. */
  faults: string[];
  /** The failed tests, each as `file.test.ts > what it is called`. */
  tests: string[];
}

/**
 * Pure: how a lane ended. Whatever would let a lane pass without proving anything is a fault, and each fault
 * counts as one failed: no test at all, a skipped or todo one, an error outside of every test.
 */
export function judge(report: VitestReport | null, exitCode: number | null): Outcome {
  if (!report)
    return { passed: 0, failed: 1, faults: [`it ended with ${exitCode} and without a report`], tests: [] };
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests, numTodoTests } = report;
  const faults: string[] = [];
  if (passed + failed === 0) faults.push('it has no test');
  if (numPendingTests + numTodoTests > 0) faults.push(`${numPendingTests + numTodoTests} skipped or todo`);
  if (exitCode !== 0 && failed === 0) faults.push(`it ended with ${exitCode} outside of its tests`);
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => `${name.slice(name.lastIndexOf('/') + 1)} > ${fullName}`),
  );
  return { passed, failed: failed + faults.length, faults, tests };
}

/** `service     1.4 min   57 passed`, with what failed behind it. */
export function laneLine(name: string, minutes: number, { passed, failed, faults }: Outcome): string {
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const why = faults.length > 0 ? ` (${faults.join('; ')})` : '';
  return `${name.padEnd(10)} ${minutes.toFixed(1).padStart(5)} min  ${String(passed).padStart(5)} passed${failures}${why}`;
}

/** What failed in a lane, a line each: said again at the end, where nobody has to look for it. */
export function failedLines(name: string, { faults, tests }: Outcome): string[] {
  return [...faults, ...tests].map((what) => `${name.padEnd(10)} ${what}`);
}

export function sumLine(outcomes: readonly Outcome[]): string {
  const sum = (key: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed`;
}
