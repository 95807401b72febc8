import type { Act, Budget } from '../protocol/act.ts';
import type { ComponentFacts, Figures } from '../protocol/component.ts';
import type { Author, Decision, LedgerFact } from '../protocol/ledger.ts';
import type { ChildFacts, HostKind, NodeStatus, SupervisorFacts } from '../protocol/tree.ts';

/**
 * What the code of one thread declared: its supervisors and workers, by serial, and what happened to them
 * since the probe last looked; and the components that adapters found there. One per thread, at `globalThis[Symbol.for('perch.agent')]`, shared by every copy
 * of this package loaded there (register, ESM, CJS, inside a bundle). It works without an agent: supervisors
 * write here, and nobody reads.
 */
export interface Registry {
  /** Copies of another version do not share; they make their own tree invisible rather than break this one. */
  readonly version: 1;
  readonly nodes: Map<number, DeclaredNode>;
  nextSerial: number;
  /** What a runner (supervisor/hosts) put into this thread on behalf of a worker declared elsewhere. */
  hosted: Handover | null;
  /** Set by such a runner: this thread is about to be held for at most so long, and will not beat meanwhile. */
  onHold?: (forMs: number) => void;
  /** Set by the probe. Without one, changes are not gathered. */
  observer: RegistryObserver | null;
  /** The probe of this thread once it started, so that a second copy finds it. */
  probe: unknown;
  /**
   * Takes the agent out of this process, which goes on: no listener, subscription, timer or thread of it is left, on no
   * thread; its code stays loaded. Resolves once that is so. On main only, while an agent runs.
   */
  detach?: (() => Promise<void>) | null;
}

export interface RegistryObserver {
  /** Called on every change; must be cheap: it marks, the flush comes later. */
  changed(node: DeclaredNode): void;
  /** The node left the tree for good; it becomes a ghost. It is no longer in `nodes`. */
  ended(node: DeclaredNode): void;
  hostedChanged(): void;
  happened(fact: LocalFact): void;
}

/** What a worker handed over for looking at: by reference, never copied, never called. */
export interface Handover {
  /** The live object, or a holder whose own data property `current` is read. Absent until handed over. */
  state?: { reference: unknown; redact: readonly string[] };
  /** An array, Map or Set (its length or size counts), or a holder whose `current` is a number. */
  backlog?: { word: string; reference: unknown };
}

/** One incarnation of a supervisor, worker or component. Fields change in place; `touch` says so. */
export interface DeclaredNode extends Handover {
  readonly serial: number;
  /** The supervisor or component above; null for an outermost one. */
  readonly parent: DeclaredNode | null;
  readonly kind: 'supervisor' | 'worker' | 'component';
  readonly host: HostKind | null;
  readonly name: string;
  readonly lineage: string;
  readonly incarnation: number;
  status: NodeStatus;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number | null;
  restarts: number;
  exitReason: string | null;
  readonly supervisor: SupervisorFacts | null;
  readonly child: ChildFacts | null;
  /** Of a component (adapters/). */
  readonly component?: ComponentFacts;
  readonly figures?: Figures;
  readonly parked?: readonly number[];
  /** It is `restarting`: when its successor is due, milliseconds since 1970. */
  restartsAt?: number | null;
  /** Where a worker hosted on a thread or process really runs, once that is known. */
  runsIn: { threadId: number } | { pid: number } | null;
  /** Carries out an act on this very incarnation. The facts that follow tell how it went. */
  act(act: Act, cause: ActCause): ActReceipt;
  /** OTP's start_child on this supervisor, delete_child on this child; resolves once it is over. */
  childAct?(act: 'start-child' | 'delete', cause: ActCause): Promise<ChildReceipt>;
  /** A supervisor's budget refills by time alone: brings `supervisor` up to date, true when that changed it. */
  recount?(): boolean;
  /** What that act would lead to. Absent in a copy of the package that is older than the agent. */
  preview?(act: Act): LocalPreview;
}

/** What an act would lead to, as far as supervisors decide it (protocol/preview.ts). */
export interface LocalPreview {
  /** What the act itself would be answered. */
  refused: Extract<ActReceipt, { accepted: false }> | null;
  stops: PreviewedLife[];
  stopsMore: number;
  restarts: PreviewedLife[];
  restartsMore: number;
  budget: Budget | null;
  givesUp: string[];
  /** False where more was under way than a preview copies. */
  isExact: boolean;
}

export interface PreviewedLife {
  /** The life that ends; null for one that would be started. */
  node: DeclaredNode | null;
  lineage: string;
  incarnation: number;
  restart: ChildFacts['restart'] | null;
}

/** Who wants an act, and why; it stands in the facts that follow from it. */
export interface ActCause {
  call: string;
  reason: string;
  author: Author;
  /** `start-child`: the id, and its arguments. */
  child?: string;
  childArgs?: unknown;
}

/** `accepted`: under way, facts follow. Otherwise nothing was done. */
export type ActReceipt =
  | { accepted: true }
  | {
      accepted: false;
      code: 'GONE' | 'PROTECTED' | 'NOT_POSSIBLE';
      words: string;
      /** Of what is protected. */
      lineage?: string;
    };

/** `started`: what was started; `failed`: why it did not start, though it was tried. */
export type ChildReceipt =
  | { accepted: true; started?: { serial: number; incarnation: number }; failed?: string }
  | Extract<ActReceipt, { accepted: false }>;

/** A ledger fact as it is made in the thread: nodes are still objects. `t` and `at` as in LedgerEvent. */
export type LocalFact = { t: number; at: number } & (
  | {
      kind: 'exited';
      node: DeclaredNode;
      reason: string;
      code?: number;
      signal?: string;
      stack?: string;
      call?: string;
    }
  | {
      kind: 'decided';
      node: DeclaredNode;
      by: DeclaredNode;
      decision: Decision;
      restartsBefore: number;
      restartsInPeriod: number;
      intensity: number;
      periodMs: number;
      affected: DeclaredNode[];
      delayMs?: number;
    }
  | { kind: 'started'; node: DeclaredNode; previous: DeclaredNode | null }
  | { kind: 'ready'; node: DeclaredNode }
  | { kind: 'straggler'; node: DeclaredNode; afterMs: number; holds?: string[] }
  | {
      kind: 'start-failed';
      node: DeclaredNode;
      reason: string;
      code?: number;
      signal?: string;
      stack?: string;
    }
);

/** The facts a supervisor makes are a part of those the ledger knows. */
export type LocalFactKind = Extract<LedgerFact['kind'], LocalFact['kind']>;

const KEY = Symbol.for('perch.agent');

/** This copy's own registry where a copy of another version holds the shared place. */
let apart: Registry | null = null;

/** This thread's registry; made on first use. */
export function registry(): Registry {
  const holder = globalThis as { [KEY]?: Registry };
  const present = holder[KEY];
  if (present?.version === 1) return present;
  if (apart) return apart;
  const made: Registry = {
    version: 1,
    nodes: new Map(),
    nextSerial: 1,
    hosted: null,
    observer: null,
    probe: null,
  };
  // A copy of another version keeps its place: theirs is the tree that is shown.
  if (present !== undefined) apart = made;
  else {
    Object.defineProperty(globalThis, KEY, {
      value: made,
      enumerable: false,
      configurable: true,
      writable: true,
    });
  }
  return made;
}

/** The machine's monotonic clock in milliseconds: the same for every thread and process of it. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
