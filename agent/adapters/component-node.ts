import type { NodeStatus } from '../../protocol/tree.ts';
import type { ActReceipt, DeclaredNode, Handover } from '../registry.ts';
import type { Part } from './adapter.ts';

/** What travels of one part, at most: a name is read by people, facts and figures are few. */
const MAX_NAME_CHARS = 200;
const MAX_FACTS = 20;
const MAX_FACT_CHARS = 300;
const MAX_MEMBERS = 1000;

/** A part as the registry holds it, and the hub hears of it. */
export class ComponentNode implements DeclaredNode {
  readonly kind = 'component';
  readonly host = null;
  readonly supervisor = null;
  readonly child = null;
  readonly runsIn = null;
  readonly serial: number;
  readonly parent: ComponentNode | null;
  readonly name: string;
  readonly lineage: string;
  readonly incarnation: number;
  readonly restarts: number;
  readonly startedAt: number;
  readonly component: NonNullable<DeclaredNode['component']>;
  status: NodeStatus = 'running';
  endedAt: number | null = null;
  exitReason: string | null = null;
  figures: Record<string, number> = {};
  parked?: readonly number[];
  state?: NonNullable<Handover['state']>;
  backlog?: NonNullable<Handover['backlog']>;
  /** As it was last seen. */
  #seen = '';

  constructor(
    adapter: string,
    part: Part,
    place: { serial: number; parent: ComponentNode | null; lineage: string; incarnation: number },
  ) {
    this.serial = place.serial;
    this.parent = place.parent;
    this.lineage = place.lineage;
    this.incarnation = place.incarnation;
    this.restarts = place.incarnation - 1;
    this.name = nameOf(part);
    this.startedAt = part.startedAt ?? Date.now();
    this.component = { adapter, type: cut(part.type, MAX_NAME_CHARS), facts: {} };
    this.update(part);
  }

  /** Takes over what the part says; false when that is what it said before. */
  update(part: Part): boolean {
    const { status = 'running', state, backlog, parked } = part;
    const facts = bounded(part.facts);
    const figures = bounded(part.figures);
    const threads = part.threads?.slice(0, MAX_MEMBERS);
    const pids = part.pids?.slice(0, MAX_MEMBERS);
    this.state = state && { reference: state.reference, redact: state.redact ?? [] };
    const seen = JSON.stringify([
      status,
      facts,
      figures,
      threads,
      pids,
      parked,
      backlog,
      state !== undefined,
    ]);
    if (seen === this.#seen) return false;
    this.#seen = seen;
    this.status = status;
    this.figures = figures as Record<string, number>;
    this.parked = parked;
    this.backlog = backlog && { word: cut(backlog.word, 40), reference: backlog.count };
    Object.assign(this.component, { facts, threads, pids });
    return true;
  }

  end(exitReason: string): void {
    this.status = 'exited';
    this.endedAt = Date.now();
    this.exitReason = exitReason;
  }

  act(): ActReceipt {
    const words = `${this.lineage} belongs to the service's own code: it can be looked at, not acted on. Act on its thread or process.`;
    return { accepted: false, code: 'NOT_POSSIBLE', words };
  }
}

export function nameOf(part: Part): string {
  return cut(part.name, MAX_NAME_CHARS);
}

function bounded<T extends string | number | boolean>(record: Record<string, T> = {}): Record<string, T> {
  const pairs = Object.entries(record).filter(
    ([, value]) => typeof value !== 'number' || Number.isFinite(value),
  );
  return Object.fromEntries(
    pairs
      .slice(0, MAX_FACTS)
      .map(([key, value]) => [
        cut(key, MAX_NAME_CHARS),
        typeof value === 'string' ? cut(value, MAX_FACT_CHARS) : value,
      ]),
  ) as Record<string, T>;
}

/** One line of bounded length: what comes from a library may be anything. */
function cut(value: string, most: number): string {
  const line = String(value).replace(/\p{Cc}+/gu, ' ');
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
