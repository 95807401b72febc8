import type { NodeProcess } from '../client/attach/node-processes.ts';
import type { AttachPlan } from '../client/attach/plan.ts';
import type { Finding } from '../client/check/finding.ts';
import type { Wear } from '../client/fleet/wear.ts';
import type { InstanceState } from '../client/instance.ts';
import type { Act, ActDocument, ActProgress } from '../protocol/act.ts';
import type { BlackBoxAnswer, LedgerAnswer, StackAnswer, TreeEvent } from '../protocol/calls.ts';
import type { Capability } from '../protocol/capability.ts';
import type { CostAnswer } from '../protocol/cost.ts';
import type { ErrorDocument } from '../protocol/errors.ts';
import type { Arming } from '../protocol/ledger.ts';
import type { Link } from '../protocol/link.ts';
import type { NodeRow, NodeSort } from '../protocol/node-list.ts';
import type { Preview } from '../protocol/preview.ts';
import type { StateAnswer } from '../protocol/state.ts';
import type { InstanceInfo, NodeKind } from '../protocol/tree.ts';

/**
 * All that crosses between the window and the main process. Types only: the renderer imports them, the preload
 * carries them, electron/calls.ts answers them. Keys, conf files and other secrets stay on the other side.
 */
export interface IpcCalls {
  /** What the window needs before it draws. Pushes start with it. */
  start: { args: Record<never, never>; result: AppFacts };
  /** Pushes tree and ledger of this instance and of some others from now on, whole at first; null: of none. */
  watch: { args: { instance: string | null; also?: string[] }; result: null };
  state: {
    args: { instance: string; node: string; path?: string; breadth?: number };
    result: StateAnswer;
  };
  stack: { args: { instance: string; node: string }; result: StackAnswer };
  /** The first nodes in an order, of one instance or (null) of the whole fleet; asked again each second for rates. */
  nodes: {
    args: {
      instance: string | null;
      sort: NodeSort;
      descending: boolean;
      limit: number;
      kinds?: NodeKind[];
      text?: string;
    };
    result: NodesView;
  };
  /** Progress comes as pushes with the same `call`. */
  act: {
    args: {
      instance: string;
      act: Act;
      call: string;
      node: string;
      epoch: string;
      reason: string;
      /** `signal`: its name, such as SIGUSR2. */
      signal?: string;
      /** `suspend`: how long it is held unless it is resumed. */
      leaseMs?: number;
      /** `start-child`: the id, and its arguments as JSON. */
      child?: string;
      childArgs?: string;
      /** Does it although it may harm more than was asked for; the refusal said what. */
      force?: boolean;
    };
    result: ActDocument;
  };
  /** How the life before this one ended, by its black box; for where the ledger no longer tells. */
  'black-box': { args: { instance: string }; result: BlackBoxAnswer };
  /** What Perch itself takes of an instance. */
  cost: { args: { instance: string }; result: CostAnswer };
  /** What an act would do; needs no arming. */
  preview: { args: { instance: string; act: Act; node: string; epoch: string }; result: Preview };
  /**
   * Lets this window act on the instance for a while, over a lost connection too; it is read-only before and after.
   * Acts are refused with NOT_ARMED meanwhile. `InstanceView.armed` tells how it stands.
   */
  arm: { args: { instance: string; reason: string; forMs: number }; result: Arming };
  disarm: { args: { instance: string }; result: null };
  /** What attaching to a Node process of this computer would do; throws what makes it impossible. */
  'plan-attach': { args: { pid: number }; result: AttachPlan };
  /** Puts the agent into it; how it does comes as pushes. Gives the instance that answers for it. */
  attach: { args: { pid: number; startTicks: number }; result: { instance: string } };
  /** Takes the agent out of the service, which goes on; arms for it where this window is read-only. */
  detach: { args: { instance: string; reason: string }; result: null };
  /** Does not wait for the back-off. */
  reconnect: { args: { instance: string }; result: null };
  /** Accepts a host key that was never seen before, and only the one that was shown. */
  'trust-host-key': { args: { instance: string; fingerprint: string }; result: null };
  /** What the person typed for a locked key; null: not now. It is kept nowhere. */
  'answer-passphrase': { args: { question: number; passphrase: string | null }; result: null };
  /** Starts the example; how it does stands in the fleet, and its instances come by themselves. */
  'start-demo': { args: Record<never, never>; result: null };
  /** Lets the person choose a file to make an inventory of; null: none was chosen. */
  'import-inventory': { args: Record<never, never>; result: { environments: string[] } | null };
  /** What is on the screen: of that the person needs no notification. */
  'look-at': { args: { instance: string | null; lineage: string | null }; result: null };
  /** Of these places the person is told when they restart; they come back with `start`. */
  'keep-watched': { args: { places: WatchedPlace[] }; result: null };
  'set-notifications': { args: { isOn: boolean }; result: null };
  'set-theme': { args: { theme: Theme }; result: null };
  /** Keeps how the window looks in an environment; it comes back with `start`. */
  'keep-look': { args: { environment: string; look: Look }; result: null };
  /** In percent, 80 to 200. */
  'set-zoom': { args: { percent: number }; result: null };
  /** Whether this person's `perch://` links open with Perch from now on. Gives the files that say so. */
  'open-links': { args: { isOn: boolean }; result: { files: string[] } };
  /** The commands of the window, for its menu. */
  'set-menu': { args: { rows: MenuRow[] }; result: null };
  /** Writes what the window made to where the person says; null: nowhere. `data`: text, of an image base64. */
  'save-file': { args: { kind: SavedKind; name: string; data: string }; result: { file: string } | null };
  copy: { args: { text: string }; result: null };
}

export type IpcCallName = keyof IpcCalls;

/** Errors travel as values: a thrown one would lose its code on the way. */
export type IpcAnswer<T> = { ok: true; value: T } | { ok: false; error: ErrorDocument };

export type Push =
  | { kind: 'fleet'; fleet: FleetView }
  | { kind: 'tree'; instance: string; event: TreeEvent }
  | { kind: 'ledger'; instance: string; answer: LedgerAnswer }
  | { kind: 'act'; call: string; progress: ActProgress }
  /** A step of an attach as it begins. */
  | { kind: 'attach'; pid: number; words: string }
  /** A link was opened: go there. Nothing else follows from one. */
  | { kind: 'link'; to: Link }
  | { kind: 'link-refused'; error: TroubleView }
  /** Chosen in the menu of the window: the id of a command. */
  | { kind: 'menu'; item: string };

/** What the preload puts at `window.perch`. */
export interface Bridge {
  call<N extends IpcCallName>(name: N, args: IpcCalls[N]['args']): Promise<IpcAnswer<IpcCalls[N]['result']>>;
  /** One listener for the life of the page. */
  onPush(listener: (push: Push | PushText) => void): void;
}

/**
 * A push as JSON. From the preload's world to the page's all is copied value by value, which for changes of a tree, or
 * events of a busy ledger, takes longer than all else that is done with them; a text is one value.
 */
export type PushText = string;

/** A command as the menu of the window shows it; its id comes back as a push. */
export interface MenuRow {
  id: string;
  title: string;
  group: string;
  /** Its chord, such as `Mod+K`; empty: it has none. */
  keys: string;
  isOffered: boolean;
}

/** `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark';

/** How the window looks in one environment. Whoever reads it passes over what it does not know. */
export interface Look {
  view?: string;
  theme?: Theme;
  /** Sizes of the panes, in pixels. */
  panes?: Record<string, number>;
  /** Columns, order and filters of the outline. */
  outline?: object;
  /** Columns, order, filters and length of the list of nodes. */
  nodes?: object;
}

/** A place in an instance's tree, through all its lives. */
export interface WatchedPlace {
  instance: string;
  lineage: string;
}

export interface AppFacts {
  version: string;
  electron: string;
  theme: Theme;
  /** What was kept, by environment. */
  looks: Readonly<Record<string, Look>>;
  /** In percent. */
  zoom: number;
  watched: readonly WatchedPlace[];
  hasNotifications: boolean;
  /** This person's `perch://` links open with Perch. */
  opensLinks: boolean;
  /** False as root: Chromium's own sandbox is off then, and the app says so. */
  sandboxed: boolean;
}

export type { AttachPlan, InstanceState, NodeProcess, Wear };

export interface FleetView {
  environments: EnvironmentView[];
  /** Where the inventory was looked for, and what is wrong with it. */
  inventory: { file: string; error: TroubleView | null };
  /** This computer's public key line, to be put into PERCH_AUTHORIZED_KEYS; null when there is no key yet. */
  publicKey: string | null;
  /** The file of a locked key whose public half cannot be had without its passphrase; absent: none is like that. */
  lockedKey?: string;
  /** The example, once it was asked for here. */
  demo?: DemoView;
  /** Node processes of this computer in which no agent runs; absent: none was looked for yet. */
  unobserved?: NodeProcess[];
  /** A locked key waits for its passphrase; absent: none does. */
  passphrase?: { id: number; words: string };
  /** What is wrong now, over all instances, the worst first. */
  findings: FindingView[];
  checked: CheckedView;
}

/** As in client/check/finding.ts; this computer has a name here as every environment has. */
export type FindingView = Finding & { environment: string };

/** Against what the findings were looked for. */
export interface CheckedView {
  /** How many instances could be looked into, of all that are listed. */
  instances: number;
  of: number;
  rules: { id: string; title: string; looksFor: string }[];
}

export type SavedKind = 'svg' | 'png' | 'csv';

/** `failed` says why in words. */
export interface DemoView {
  state: 'running' | 'failed';
  words: string;
}

/** An error as it is shown: `mend` tells what to do next. */
export type TroubleView = ErrorDocument & { mend: string };

export interface NodesView {
  rows: (NodeRow & { instance: string })[];
  /** Nodes that live, of each kind, and how many of them the filter lets through. */
  live: Record<NodeKind, number>;
  matching: number;
  /** How many instances answered, and those that did not. */
  instances: number;
  unanswered: { instance: string; error: TroubleView }[];
}

export interface EnvironmentView {
  name: string;
  /** This computer is first and has no tunnel. */
  isLocal: boolean;
  tunnel: TunnelView | null;
  /** The colour it is told by; absent: none. */
  wears?: Wear;
  instances: InstanceView[];
}

export interface TunnelView {
  health: 'ok' | 'off' | 'trouble';
  /** Beside the environment's name: `up, handshake 12 s ago`. */
  short: string;
  /** A sentence or two: how it is, and what to do about it. */
  words: string;
}

export interface InstanceView {
  key: string;
  environment: string;
  region: string;
  service: string;
  name: string;
  address: string;
  /** The command that leads there, in short: `kubectl exec`; absent: none. */
  via?: string;
  state: InstanceState;
  /** Why it is not live. `mend` tells what to do. */
  error: TroubleView | null;
  info: InstanceInfo | null;
  capabilities: Capability[];
  latencyMs: number | null;
  /** When it was last heard from, milliseconds since 1970 by this computer's clock; null while it is live: just now. */
  heardAt: number | null;
  /** When the next attempt is made, while it is reconnecting. */
  retryAt: number | null;
  /** Who may act on it just now: this window (null: it is read-only), and other sessions. */
  armed: { mine: Arming | null; others: Arming[] };
  /** What is wrong inside, counted. */
  trouble: { blocked: number; stragglers: number };
}
