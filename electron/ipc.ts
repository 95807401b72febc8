import type { InstanceState } from '../client/instance.ts';
import type { Act, ActDocument, ActProgress } from '../protocol/act.ts';
import type { BlackBoxAnswer, LedgerAnswer, StackAnswer, TreeEvent } from '../protocol/calls.ts';
import type { Capability } from '../protocol/capability.ts';
import type { ErrorDocument } from '../protocol/errors.ts';
import type { Arming } from '../protocol/ledger.ts';
import type { Preview } from '../protocol/preview.ts';
import type { StateAnswer } from '../protocol/state.ts';
import type { InstanceInfo } from '../protocol/tree.ts';

/**
 * All that crosses between the window and the main process. Types only: the renderer imports them, the preload
 * carries them, electron/calls.ts answers them. Keys, conf files and other secrets stay on the other side.
 */
export interface IpcCalls {
  /** What the window needs before it draws. Pushes start with it. */
  start: { args: Record<never, never>; result: AppFacts };
  /** Pushes tree and ledger of this instance from now on, whole at first; null: of none. */
  watch: { args: { instance: string | null }; result: null };
  state: {
    args: { instance: string; node: string; path?: string; breadth?: number };
    result: StateAnswer;
  };
  stack: { args: { instance: string; node: string }; result: StackAnswer };
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
  /** What an act would do; needs no arming. */
  preview: { args: { instance: string; act: Act; node: string; epoch: string }; result: Preview };
  /**
   * Lets this window act on the instance for a while, over a lost connection too; it is read-only before and after.
   * Acts are refused with NOT_ARMED meanwhile. `InstanceView.armed` tells how it stands.
   */
  arm: { args: { instance: string; reason: string; forMs: number }; result: Arming };
  disarm: { args: { instance: string }; result: null };
  /** Does not wait for the back-off. */
  reconnect: { args: { instance: string }; result: null };
  /** Accepts a host key that was never seen before, and only the one that was shown. */
  'trust-host-key': { args: { instance: string; fingerprint: string }; result: null };
  'set-theme': { args: { theme: Theme }; result: null };
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
  /** Chosen in the menu of the window. */
  | { kind: 'menu'; item: 'arm' | 'keys' };

/** What the preload puts at `window.perch`. */
export interface Bridge {
  call<N extends IpcCallName>(name: N, args: IpcCalls[N]['args']): Promise<IpcAnswer<IpcCalls[N]['result']>>;
  /** One listener for the life of the page. */
  onPush(listener: (push: Push) => void): void;
}

/** `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark';

export interface AppFacts {
  version: string;
  electron: string;
  theme: Theme;
  /** False as root: Chromium's own sandbox is off then, and the app says so. */
  sandboxed: boolean;
}

export type { InstanceState };

export interface FleetView {
  environments: EnvironmentView[];
  /** Where the inventory was looked for, and what is wrong with it. */
  inventory: { file: string; error: TroubleView | null };
  /** This computer's public key line, to be put into PERCH_AUTHORIZED_KEYS; null when there is no key yet. */
  publicKey: string | null;
}

/** An error as it is shown: `mend` tells what to do next. */
export type TroubleView = ErrorDocument & { mend: string };

export interface EnvironmentView {
  name: string;
  /** This computer is first and has no tunnel. */
  isLocal: boolean;
  tunnel: TunnelView | null;
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
  state: InstanceState;
  /** Why it is not live. `mend` tells what to do. */
  error: TroubleView | null;
  info: InstanceInfo | null;
  capabilities: Capability[];
  latencyMs: number | null;
  /** When it was last heard from, milliseconds since 1970 by this computer's clock. */
  heardAt: number | null;
  /** When the next attempt is made, while it is reconnecting. */
  retryAt: number | null;
  /** Who may act on it just now: this window (null: it is read-only), and other sessions. */
  armed: { mine: Arming | null; others: Arming[] };
  /** What is wrong inside, counted. */
  trouble: { blocked: number; stragglers: number };
}
