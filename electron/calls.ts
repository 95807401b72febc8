import { clipboard } from 'electron';
import { ACTS } from '../protocol/act.ts';
import { LIMITS } from '../protocol/limits.ts';
import { boolean, integer, object, oneOf, optional, type Schema, string } from '../protocol/schema.ts';
import type { Desk } from './desk.ts';
import type { AppFacts, IpcCallName, IpcCalls, Theme } from './ipc.ts';

/** A call's arguments are `unknown` until its schema took them. */
interface IpcRow<N extends IpcCallName> {
  args: Schema<IpcCalls[N]['args']>;
  answer(args: IpcCalls[N]['args']): IpcCalls[N]['result'] | Promise<IpcCalls[N]['result']>;
}

export interface AppHooks {
  start(): AppFacts;
  setTheme(theme: Theme): void;
}

const instance = string(1024);
const node = string(64);

/** The answers to the table of ipc.ts, looked up by own name only. */
export function ipcCalls(desk: Desk, app: AppHooks): Map<string, IpcRow<IpcCallName>> {
  const rows: { [N in IpcCallName]: IpcRow<N> } = {
    start: { args: object({}), answer: () => app.start() },
    watch: {
      args: object({ instance: orNull(instance) }),
      answer: (args) => nothing(desk.watch(args.instance)),
    },
    state: {
      args: object({
        instance,
        node,
        path: optional(string(4096)),
        breadth: optional(integer(1, LIMITS.maxStateBreadth)),
      }),
      answer: (args) => desk.state(args),
    },
    stack: { args: object({ instance, node }), answer: (args) => desk.stack(args) },
    act: {
      args: object({
        instance,
        act: oneOf(ACTS),
        call: string(64),
        node,
        epoch: string(64),
        reason: string(LIMITS.maxReasonChars),
        signal: optional(string(20)),
        leaseMs: optional(integer(1, LIMITS.maxLeaseMs)),
        child: optional(string(200)),
        childArgs: optional(string(LIMITS.maxChildArgsChars)),
        force: optional(boolean),
      }),
      answer: (args) => desk.act(args),
    },
    'black-box': { args: object({ instance }), answer: (args) => desk.blackBox(args.instance) },
    preview: {
      args: object({ instance, act: oneOf(ACTS), node, epoch: string(64) }),
      answer: (args) => desk.preview(args),
    },
    arm: {
      args: object({
        instance,
        reason: string(LIMITS.maxReasonChars),
        forMs: integer(1, LIMITS.maxArmMs),
      }),
      answer: (args) => desk.arm(args),
    },
    disarm: {
      args: object({ instance }),
      answer: async (args) => {
        await desk.disarm(args.instance);
        return null;
      },
    },
    reconnect: { args: object({ instance }), answer: (args) => nothing(desk.reconnect(args.instance)) },
    'trust-host-key': {
      args: object({ instance, fingerprint: string(100) }),
      answer: async (args) => {
        await desk.trustHostKey(args.instance, args.fingerprint);
        return null;
      },
    },
    'set-theme': {
      args: object({ theme: oneOf(['system', 'light', 'dark'] as const) }),
      answer: (args) => nothing(app.setTheme(args.theme)),
    },
    copy: {
      args: object({ text: string(100_000) }),
      answer: async (args) => {
        await clipboard.writeText(args.text);
        return null;
      },
    },
  };
  return new Map(Object.entries(rows)) as unknown as Map<string, IpcRow<IpcCallName>>;
}

function nothing(_done: void): null {
  return null;
}

function orNull<T>(inner: Schema<T>): Schema<T | null> {
  return (value, at) => (value === null ? null : inner(value, at));
}
