import type { Act } from '../../protocol/act.ts';
import type { AdapterNote, ComponentFacts, Figures } from '../../protocol/component.ts';
import type { ErrorDocument } from '../../protocol/errors.ts';
import type { LedgerFact } from '../../protocol/ledger.ts';
import type { StateAnswer, StateValue } from '../../protocol/state.ts';
import type { ChildFacts, HostKind, NodeStatus, SupervisorFacts } from '../../protocol/tree.ts';
import type { ActCause, ActReceipt, ChildReceipt, LocalPreview, PreviewedLife } from '../registry.ts';

/** A declared node as it leaves its thread: by serial; the hub makes ids of serials. */
export interface WireNode {
  serial: number;
  parent: number | null;
  kind: 'supervisor' | 'worker' | 'component';
  host: HostKind | null;
  name: string;
  lineage: string;
  incarnation: number;
  status: NodeStatus;
  startedAt: number;
  endedAt: number | null;
  restarts: number;
  exitReason: string | null;
  hasState: boolean;
  backlogWord: string | null;
  backlog: number | null;
  supervisor: SupervisorFacts | null;
  child: ChildFacts | null;
  component?: ComponentFacts;
  figures?: Figures;
  /** Of its threads those that stand still until there is work; absent where they do not. */
  parked?: readonly number[];
  restartsAt?: number;
  runsIn: { threadId: number } | { pid: number } | null;
}

/** A fact with its nodes as serials with lineage, so that it stands alone after the node is gone. */
export interface WireRef {
  serial: number;
  lineage: string;
  incarnation: number;
}
type Wired<F> = F extends unknown
  ? {
      [K in keyof F]: K extends 'node' | 'by'
        ? WireRef
        : K extends 'previous'
          ? WireRef | null
          : K extends 'affected'
            ? WireRef[]
            : F[K];
    }
  : never;
export type WireFact = Wired<Extract<LedgerFact, { kind: LocalFactKind }>> & { at: number; t: number };
type LocalFactKind = 'exited' | 'decided' | 'started' | 'ready' | 'straggler' | 'start-failed';

/** What a probe tells the hub. */
export type ProbeMessage =
  | {
      t: 'changes';
      nodes: WireNode[];
      ended: WireNode[];
      facts: WireFact[];
      /** Facts that were dropped because too many came at once. */
      droppedFacts: number;
      /** What a runner put into this thread for the worker that it hosts. */
      hosted: { hasState: boolean; backlogWord: string | null; backlog: number | null } | null;
    }
  /** All adapters that are off in this thread, or leave something out. */
  | { t: 'adapters'; notes: Omit<AdapterNote, 'threadId'>[] }
  | { t: 'answer'; id: number; value: unknown }
  | { t: 'failed'; id: number; error: ErrorDocument }
  | { t: 'thread-started'; threadId: number; name: string | null }
  | { t: 'thread-ended'; threadId: number; code: number | null; thrown: Thrown | null }
  | { t: 'child-started'; pid: number }
  | { t: 'child-ended'; pid: number; code: number | null; signal: string | null }
  /** Let go of the whole process, and end. */
  | { t: 'detach' };

/** An error that ended a thread or process. */
export interface Thrown {
  reason: string;
  stack: string | null;
}

/** What supervisors would decide; null from a copy of the package that cannot tell. */
export type WirePreview = Omit<LocalPreview, 'stops' | 'restarts'> & {
  stops: WirePreviewedLife[];
  restarts: WirePreviewedLife[];
};
export type WirePreviewedLife = Omit<PreviewedLife, 'node'> & {
  serial: number | null;
  backlog: { word: string; count: number } | null;
};

/** What the hub asks of a probe. */
export interface Questions {
  /** Send what is gathered now; the answer comes after it. */
  flush: { args: Record<never, never>; answer: null };
  state: {
    args: {
      serial: number | 'hosted';
      path: string;
      from?: number;
      depth: number;
      breadth: number;
      maxBytes: number;
    };
    answer: Pick<StateAnswer, 'value' | 'cost' | 'partial' | 'backlog'>;
  };
  /** State and backlog at this moment; nulls for what was not declared. */
  handover: {
    args: Questions['state']['args'] & { maxMs: number };
    answer: {
      state: { value: StateValue; partial: boolean } | null;
      backlog: NonNullable<StateAnswer['backlog']> | null;
    };
  };
  act: { args: { serial: number; act: Act; cause: ActCause; claim: SharedArrayBuffer }; answer: ActReceipt };
  'child-act': {
    args: { serial: number; act: 'start-child' | 'delete'; cause: ActCause; claim: SharedArrayBuffer };
    answer: ChildReceipt;
  };
  preview: { args: { serial: number; act: Act }; answer: WirePreview | null };
  /** Holds this thread once the answer has left; false where the hub has taken that back. */
  suspend: { args: { leaseMs: number }; answer: boolean };
  /** Ends this process, with this exit code and without its `exit` handlers. */
  end: { args: { code: number }; answer: null };
  /** Ends a thread that this thread started. */
  terminate: { args: { threadId: number }; answer: boolean };
}
export type Question = keyof Questions;

export type HubMessage =
  | { [Q in Question]: { t: 'ask'; id: number; question: Q; args: Questions[Q]['args'] } }[Question]
  /** A new hub: send everything again. */
  | { t: 'resend' };

/** On the channel `HELLO_CHANNEL`, between the hub and the probes of threads other than main. */
export type HelloMessage =
  | { t: 'hello'; threadId: number; pulse: SharedArrayBuffer; startedAt: number }
  /** A new hub asks who is there. */
  | { t: 'who' }
  /** From the hub: opened your channel, begin. */
  | { t: 'welcome'; threadId: number }
  /** From the hub, which ends: let go of this thread. */
  | { t: 'detach' };

export const HELLO_CHANNEL = 'perch.hello';
export const threadChannel = (threadId: number): string => `perch.thread.${threadId}`;
