import type { Log } from './beam.ts';
import { parentOf, type Scenario, type Supervisor } from './scenario.ts';

/** Differences from OTP that have no order, or another one (docs/supervision.md). */
export type Reordered = 'below a killed supervisor all are killed' | 'children are listed in start order';

/**
 * A log with what has no order made comparable, step by step:
 * - Below a supervisor that was killed, and below a dynamic one that ends, children end at the same time.
 * - Callers of a supervisor that ends hear it at no certain moment.
 * - The lists of children: OTP's run from the last started to the first, a dynamic one's has no order.
 */
export function canonical(
  log: Log,
  scenario: Scenario,
  whose: 'otp' | 'ours',
  met: (reordered: Reordered) => void = () => {},
): Log {
  const kinds = new Kinds(scenario);
  const bornIn = new Map<string, string>();
  const latest = new Map<string, string>();
  return log.map((lines) => {
    for (const line of lines) {
      const [word, life = ''] = line.split(' ');
      if (word !== 'start') continue;
      const path = pathOf(life);
      latest.set(path, life);
      bornIn.set(life, latest.get(parentOf(path)) ?? '');
    }
    const ends = lines.filter((line) => line.startsWith('end ')).map((line) => line.split(' '));
    const supervisors = ends.filter(([, life]) => kinds.isSupervisor(pathOf(life!)));
    const killed = new Set(supervisors.filter(([, , how]) => how === 'killed').map(([, life]) => life!));
    const atOnce = new Set(
      supervisors.filter(([, life]) => kinds.isDynamic(pathOf(life!))).map(([, life]) => life!),
    );
    const isBelow = (life: string, among: Set<string>): boolean => {
      const above = bornIn.get(life);
      return above ? among.has(above) || isBelow(above, among) : false;
    };
    const ordered: string[] = [];
    const unordered: string[] = [];
    for (const line of lines) {
      const [word, life = '', ...rest] = line.split(' ');
      if (word === 'stop' || word === 'end') {
        if (isBelow(life, killed)) {
          if (word === 'end') unordered.push(`gone ${life}`);
          else if (whose === 'otp') met('below a killed supervisor all are killed');
        } else if (isBelow(life, atOnce)) unordered.push(line);
        else ordered.push(line);
      } else if (word === 'reply' && rest[0] === 'shutdown') unordered.push(line);
      else if (word === 'which') {
        if (kinds.isDynamic(life)) rest.sort();
        else if (whose === 'otp') {
          rest.reverse();
          if (rest.length > 1) met('children are listed in start order');
        }
        ordered.push([word, life, ...rest].join(' '));
      } else ordered.push(line);
    }
    return [...ordered, ...unordered.sort()];
  });
}

const pathOf = (life: string): string => life.slice(0, life.lastIndexOf('#'));

/** What each path of a scenario stands for. */
export class Kinds {
  readonly #supervisors = new Map<string, Supervisor>();
  readonly #scenario: Scenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  isSupervisor(path: string): boolean {
    return this.#find(path) !== null;
  }

  isDynamic(path: string): boolean {
    return this.#find(path)?.strategy === 'dynamic';
  }

  #find(path: string): Supervisor | null {
    if (path === 'r') return this.#scenario.root;
    const known = this.#supervisors.get(path);
    if (known) return known;
    const above = this.#find(parentOf(path));
    const id = path.slice(path.lastIndexOf('/') + 1);
    const spec =
      above?.strategy === 'dynamic'
        ? above.children[0]
        : (above?.children.find((child) => child.id === id) ?? this.#added(path));
    if (spec?.what.kind !== 'supervisor') return null;
    this.#supervisors.set(path, spec.what);
    return spec.what;
  }

  /** Started by a step: an id that is asked for has one spec in a scenario. */
  #added(path: string) {
    for (const step of this.#scenario.steps) {
      for (const each of 'inner' in step ? [step, ...step.inner] : [step]) {
        if (each.do === 'start-child' && `${each.supervisor}/${each.child.id}` === path) return each.child;
      }
    }
    return undefined;
  }
}
