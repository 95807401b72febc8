import { ACTS, type Act, type ActDocument, type ActProgress, type AuditHead } from './act.ts';
import type { AuditRecord } from './audit.ts';
import type { Capability } from './capability.ts';
import type { CostAnswer } from './cost.ts';
import type { Arming, LedgerEvent, PreviousEpoch } from './ledger.ts';
import { LIMITS } from './limits.ts';
import { NODE_SORTS, type NodeSort, type NodesAnswer } from './node-list.ts';
import type { Preview } from './preview.ts';
import {
  boolean,
  type Infer,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Schema,
  string,
} from './schema.ts';
import type { StateAnswer } from './state.ts';
import {
  type InstanceInfo,
  KINDS,
  type NodeKind,
  type TreeDelta,
  type TreeNode,
  type TreeSnapshot,
} from './tree.ts';

/**
 * What a client may say in its hello that it accepts. `deflate`: large frames may come deflated (framing.ts).
 * `packed`: columns of a snapshot may come packed (tree-pack.ts). `components`: nodes of that kind may come.
 */
export const ACCEPTS = ['deflate', 'packed', 'components'] as const;
export type Accept = (typeof ACCEPTS)[number];

/**
 * The call table: everything a client can ask. Both sides take types, validation, capability and limits from
 * the row here, and docs/protocol.md is written from it. Nothing that is not in it reaches the service.
 */
interface CallRow<A, R, E> {
  /** What the key must be granted; null: any key that logged in. */
  capability: Capability | null;
  /** What it costs the service, in words (docs). */
  cost: string;
  /** What it does, in words (docs). */
  does: string;
  /** A watch: it has no deadline, sends events, and ends with null when it is cancelled. */
  untilCancelled?: true;
  /** Only a session that is armed may ask it (`arm`). */
  whileArmed?: true;
  args: Schema<A>;
  /** Types only; never present at run time. */
  result?: R;
  event?: E;
}

function row<A, R, E = never>(fields: CallRow<A, R, E>): CallRow<A, R, E> {
  return fields;
}

const nodeId = string(64);
const timeoutMs = optional(integer(1, LIMITS.maxCallMs));

export interface HelloAnswer {
  protocol: number;
  instance: InstanceInfo;
  capabilities: Capability[];
  /** Fingerprint of the key that logged in, or `local`. */
  key: string;
  /** The sessions of this agent that may act just now; who logs in later learns of them here, then by the ledger. */
  armed: Arming[];
}

export interface StackFrame {
  function: string;
  /** A path or URL; empty for native frames. */
  file: string;
  /** 1-based. */
  line: number;
  column: number;
}

export interface StackAnswer {
  node: string;
  blocked: boolean;
  blockedMs: number | null;
  /** Innermost first. Empty when the thread runs no JavaScript just now. */
  frames: StackFrame[];
  /** What the thread waits for in native code, from /proc; null when it is not known. */
  native: string | null;
}

export type TreeEvent = { snapshot: TreeSnapshot } | { delta: TreeDelta };

export interface LedgerAnswer {
  epoch: string;
  events: LedgerEvent[];
  /** Lowest sequence number still kept; events asked for below it are lost. */
  firstSeq: number;
}

export interface BlackBoxAnswer {
  /** Null: nothing is known of a life before this one. */
  previous: PreviousEpoch | null;
  /** Where this life's own is; null: none is kept, and `why`. */
  file: string | null;
  why: string | null;
}

export interface AuditAnswer {
  /** In order of their numbers. */
  records: AuditRecord[];
  /** Null: nobody has asked for an act yet. */
  head: AuditHead | null;
  /** Where the agent keeps it; null: in memory only, and `why`. */
  folder: string | null;
  why: string | null;
  /** Lines of its files that are no record, counted from 1. */
  unread: { file: string; line: number }[];
}

export const CALLS = {
  hello: row<{ protocol: number; client: string; accepts?: string[] }, HelloAnswer>({
    capability: null,
    cost: 'none',
    does: 'Names versions, instance and capabilities; must be the first call.',
    args: object({
      protocol: integer(0, 1_000_000),
      client: string(200),
      /** Of `ACCEPTS`; others are passed over. */
      accepts: optional(list(string(32), 16)),
    }),
  }),
  ping: row<Record<never, never>, { at: number }>({
    capability: null,
    cost: 'none',
    does: 'Answers at once from the hub, also while the service is stuck.',
    args: object({}),
  }),
  tree: row<Record<never, never>, TreeSnapshot>({
    capability: 'observe',
    cost: 'none on the service; one pass over the tree in the hub',
    does: 'The whole tree once.',
    args: object({}),
  }),
  'watch-tree': row<{ parts?: boolean }, null, TreeEvent>({
    capability: 'observe',
    cost: 'one sample a second per thread while somebody watches',
    does: 'A snapshot, then deltas until cancelled. A slow watcher gets a fresh snapshot instead of a queue.',
    untilCancelled: true,
    args: object({ parts: optional(boolean) }),
  }),
  node: row<{ node: string }, TreeNode>({
    capability: 'observe',
    cost: 'none',
    does: 'One node, ghosts included.',
    args: object({ node: nodeId }),
  }),
  nodes: row<
    { sort?: NodeSort; descending?: boolean; limit?: number; kinds?: NodeKind[]; text?: string },
    NodesAnswer
  >({
    capability: 'observe',
    cost: 'one sample a second per thread while somebody asks; one pass over the tree in the hub, in slices of a few ms',
    does:
      'The first nodes in an order, of all that live, with how their figures change a second once it is asked again ' +
      `within ${LIMITS.nodesLeaseMs / 1000} s.`,
    args: object({
      sort: optional(oneOf(NODE_SORTS)),
      descending: optional(boolean),
      limit: optional(integer(0, LIMITS.maxNodeRows)),
      kinds: optional(list(oneOf(KINDS), KINDS.length)),
      /** In its lineage or name; or its id or pid. */
      text: optional(string(LIMITS.maxNodeTextChars)),
    }),
  }),
  state: row<
    {
      node: string;
      path?: string;
      from?: number;
      depth?: number;
      breadth?: number;
      maxBytes?: number;
      timeoutMs?: number;
    },
    StateAnswer
  >({
    capability: 'inspect',
    cost: 'at most 5 ms of the thread that holds it, for the default bounds',
    does: "Reads a bounded piece of a worker's state at a JSON Pointer. Runs none of the service's code.",
    args: object({
      node: nodeId,
      path: optional(string(4096)),
      /** First entry (of a text: character) to show, so that long ones can be paged through. */
      from: optional(integer(0, Number.MAX_SAFE_INTEGER)),
      depth: optional(integer(1, LIMITS.maxStateDepth)),
      breadth: optional(integer(1, LIMITS.maxStateBreadth)),
      maxBytes: optional(integer(256, LIMITS.maxStateBytes)),
      timeoutMs,
    }),
  }),
  stack: row<{ node: string; timeoutMs?: number }, StackAnswer>({
    capability: 'inspect',
    cost: 'about 0.1 ms of the thread',
    does: 'The stack of a thread, also while its loop is stuck.',
    args: object({ node: nodeId, timeoutMs }),
  }),
  arm: row<{ reason: string; forMs: number }, { arming: Arming }>({
    capability: 'control',
    cost: 'none',
    does: 'Lets this session act for a while; it is read-only before and after. Everybody who watches sees it.',
    args: object({ reason: string(LIMITS.maxReasonChars), forMs: integer(1, LIMITS.maxArmMs) }),
  }),
  disarm: row<Record<never, never>, null>({
    capability: 'control',
    cost: 'none',
    does: 'Makes this session read-only again. What it began goes on.',
    args: object({}),
  }),
  act: row<
    {
      act: Act;
      call: string;
      node: string;
      epoch: string;
      reason: string;
      timeoutMs?: number;
      signal?: string;
      leaseMs?: number;
      child?: string;
      childArgs?: string;
      force?: boolean;
    },
    ActDocument,
    ActProgress
  >({
    capability: 'control',
    whileArmed: true,
    cost: 'what is ended or held',
    does: 'Does one act on one incarnation and follows it to the end. A repeated call id acts once.',
    args: object({
      act: oneOf(ACTS),
      call: string(64),
      node: nodeId,
      epoch: string(64),
      reason: string(LIMITS.maxReasonChars),
      timeoutMs,
      /** `signal`: its name, such as SIGUSR2. */
      signal: optional(string(20)),
      /** `suspend`: how long it is held unless it is resumed. */
      leaseMs: optional(integer(1, LIMITS.maxLeaseMs)),
      /** `start-child`: its id, and the arguments for it as JSON. */
      child: optional(string(200)),
      childArgs: optional(string(LIMITS.maxChildArgsChars)),
      /** Does it although it may harm more than was asked for; the refusal says what. */
      force: optional(boolean),
    }),
  }),
  preview: row<{ act: Act; node: string; epoch: string; timeoutMs?: number }, Preview>({
    capability: 'observe',
    cost: 'about 0.1 ms of the thread that supervises it; about 10 ms where 100,000 children go with it',
    does: "What an act would do, decided as the act would be, on a copy. Changes nothing, runs none of the service's code.",
    args: object({ act: oneOf(ACTS), node: nodeId, epoch: string(64), timeoutMs }),
  }),
  ledger: row<{ since?: number; limit?: number }, LedgerAnswer>({
    capability: 'observe',
    cost: 'none',
    does: 'What happened, from a sequence number on.',
    args: object({
      since: optional(integer(0, Number.MAX_SAFE_INTEGER)),
      limit: optional(integer(1, LIMITS.maxLedgerEvents)),
    }),
  }),
  'watch-ledger': row<{ since?: number }, null, LedgerAnswer>({
    capability: 'observe',
    cost: 'none',
    does: 'What happened from a sequence number on, then what happens, until cancelled.',
    untilCancelled: true,
    args: object({ since: optional(integer(0, Number.MAX_SAFE_INTEGER)) }),
  }),
  'black-box': row<Record<never, never>, BlackBoxAnswer>({
    capability: 'observe',
    cost: 'none',
    does: 'How the life of the instance before this one ended, as its black box tells.',
    args: object({}),
  }),
  cost: row<Record<never, never>, CostAnswer>({
    capability: 'observe',
    cost: "none on the service's threads; about 0.1 ms of the hub's, and of that of each process that joined",
    does: 'What Perch itself takes: cpu and memory of the hub, time of the observed threads, bytes of each session.',
    args: object({}),
  }),
  detach: row<{ reason: string }, null>({
    capability: 'control',
    whileArmed: true,
    cost: 'none: what the agent had in the service goes, loaded code apart',
    does: 'Takes the agent out of all processes of the service, which goes on. A thread that is stuck lets go once its loop turns.',
    args: object({ reason: string(LIMITS.maxReasonChars) }),
  }),
  audit: row<{ since?: number }, AuditAnswer>({
    capability: 'control',
    cost: 'none on the service; the hub reads its files, 4 MiB at most',
    does: 'The control calls so far, refused ones too, each chained to the one before it.',
    args: object({ since: optional(integer(0, Number.MAX_SAFE_INTEGER)) }),
  }),
} as const;

export type CallName = keyof typeof CALLS;
export type CallArgs<N extends CallName> = Infer<(typeof CALLS)[N]['args']>;
export type CallResult<N extends CallName> = NonNullable<(typeof CALLS)[N]['result']> | CallNull<N>;
type CallNull<N extends CallName> = null extends (typeof CALLS)[N]['result'] ? null : never;
export type CallEvent<N extends CallName> = NonNullable<(typeof CALLS)[N]['event']>;

export function isCallName(word: string): word is CallName {
  return Object.hasOwn(CALLS, word);
}
