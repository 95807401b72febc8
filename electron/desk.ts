import type { ActDocument } from '../protocol/act.ts';
import type { BlackBoxAnswer, StackAnswer } from '../protocol/calls.ts';
import type { Arming } from '../protocol/ledger.ts';
import type { Preview } from '../protocol/preview.ts';
import type { StateAnswer } from '../protocol/state.ts';
import type { FleetView, IpcCalls, Push } from './ipc.ts';

/**
 * What the windows are drawn from and act through. client-desk.ts makes it of the fleet; tests that need a
 * state no real service can be put into at will (a changed host key, an age) script one.
 */
export interface Desk {
  fleet(): FleetView;
  /** Makes `push` speak of this instance's tree and ledger, whole at first; null: of none. */
  watch(instance: string | null): void;
  state(args: IpcCalls['state']['args']): Promise<StateAnswer>;
  stack(args: IpcCalls['stack']['args']): Promise<StackAnswer>;
  act(args: IpcCalls['act']['args']): Promise<ActDocument>;
  blackBox(instance: string): Promise<BlackBoxAnswer>;
  preview(args: IpcCalls['preview']['args']): Promise<Preview>;
  arm(args: IpcCalls['arm']['args']): Promise<Arming>;
  disarm(instance: string): Promise<void>;
  reconnect(instance: string): void;
  trustHostKey(instance: string, fingerprint: string): Promise<void>;
  close(): void;
}

export type MakeDesk = (push: (push: Push) => void) => Desk | Promise<Desk>;
