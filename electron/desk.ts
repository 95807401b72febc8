import type { LedgerUpdate } from '../client/instance.ts';
import type { ActDocument } from '../protocol/act.ts';
import type { BlackBoxAnswer, StackAnswer } from '../protocol/calls.ts';
import type { CostAnswer } from '../protocol/cost.ts';
import type { Arming } from '../protocol/ledger.ts';
import type { Preview } from '../protocol/preview.ts';
import type { StateAnswer } from '../protocol/state.ts';
import type { AttachPlan, FleetView, IpcCalls, NodesView, Push } from './ipc.ts';

/**
 * What the windows are drawn from and act through. client-desk.ts makes it of the fleet; tests that need a
 * state no real service can be put into at will (a changed host key, an age) script one.
 */
export interface Desk {
  fleet(): FleetView;
  /** Makes `push` speak of the trees and ledgers of these instances and no others, whole at first. Throws NO_SUCH_TARGET for the first of them, the one that is open. */
  watch(instances: readonly string[]): void;
  state(args: IpcCalls['state']['args']): Promise<StateAnswer>;
  stack(args: IpcCalls['stack']['args']): Promise<StackAnswer>;
  nodes(args: IpcCalls['nodes']['args']): Promise<NodesView>;
  act(args: IpcCalls['act']['args']): Promise<ActDocument>;
  blackBox(instance: string): Promise<BlackBoxAnswer>;
  cost(instance: string): Promise<CostAnswer>;
  preview(args: IpcCalls['preview']['args']): Promise<Preview>;
  arm(args: IpcCalls['arm']['args']): Promise<Arming>;
  disarm(instance: string): Promise<void>;
  planAttach(pid: number): Promise<AttachPlan>;
  attach(args: IpcCalls['attach']['args']): Promise<IpcCalls['attach']['result']>;
  detach(args: IpcCalls['detach']['args']): Promise<void>;
  reconnect(instance: string): void;
  trustHostKey(instance: string, fingerprint: string): Promise<void>;
  startDemo(): void;
  /** Gives the environments that are there now. */
  importInventory(file: string): Promise<string[]>;
  answerPassphrase(question: number, passphrase: string | null): void;
  close(): void;
}

/** What an instance's ledger has to say, whether or not it is looked at. */
export type Hear = (instance: string, update: LedgerUpdate) => void;

export type MakeDesk = (push: (push: Push) => void, hear: Hear) => Desk | Promise<Desk>;
