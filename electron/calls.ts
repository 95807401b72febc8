import { clipboard } from 'electron';
import { ACTS } from '../protocol/act.ts';
import { LIMITS } from '../protocol/limits.ts';
import { NODE_SORTS } from '../protocol/node-list.ts';
import { boolean, integer, list, object, oneOf, optional, type Schema, string } from '../protocol/schema.ts';
import { KINDS } from '../protocol/tree.ts';
import type { Desk } from './desk.ts';
import type {
  AppFacts,
  IpcCallName,
  IpcCalls,
  Look,
  MenuRow,
  SavedKind,
  Theme,
  WatchedPlace,
} from './ipc.ts';
import { look, watchedPlaces } from './look.ts';
import { MAX_ZOOM, MIN_ZOOM } from './settings.ts';
import { plainName, pngOf, writeWhole } from './write-whole.ts';

/** A call's arguments are `unknown` until its schema took them. */
interface IpcRow<N extends IpcCallName> {
  args: Schema<IpcCalls[N]['args']>;
  answer(args: IpcCalls[N]['args']): IpcCalls[N]['result'] | Promise<IpcCalls[N]['result']>;
}

export interface AppHooks {
  start(): AppFacts | Promise<AppFacts>;
  setTheme(theme: Theme): void;
  /** The file that the person chose; null: none. */
  chooseInventory(): Promise<string | null>;
  lookAt(place: { instance: string | null; lineage: string | null }): void;
  keepWatched(places: WatchedPlace[]): void;
  setNotifications(isOn: boolean): void;
  /** Where the person wants the file; null: nowhere. */
  choosePlace(name: string, kind: SavedKind): Promise<string | null>;
  keepLook(environment: string, look: Look): void;
  setZoom(percent: number): void;
  /** Gives the files that were written or taken away. */
  openLinks(isOn: boolean): Promise<string[]>;
  setMenu(rows: MenuRow[]): void;
}

const menuRow = object({
  id: string(64),
  title: string(100),
  group: string(40),
  keys: string(40),
  isOffered: boolean,
});
const instance = string(1024);
const node = string(64);
/** Linux counts no further. */
const pid = integer(1, 2 ** 22);

/** The answers to the table of ipc.ts, looked up by own name only. */
export function ipcCalls(desk: Desk, app: AppHooks): Map<string, IpcRow<IpcCallName>> {
  const rows: { [N in IpcCallName]: IpcRow<N> } = {
    start: { args: object({}), answer: () => app.start() },
    watch: {
      args: object({ instance: orNull(instance), also: optional(list(instance, 8)) }),
      answer: ({ instance: open, also = [] }) =>
        nothing(desk.watch([...new Set(open === null ? also : [open, ...also])])),
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
    nodes: {
      args: object({
        instance: orNull(instance),
        sort: oneOf(NODE_SORTS),
        descending: boolean,
        limit: integer(0, LIMITS.maxNodeRows),
        kinds: optional(list(oneOf(KINDS), KINDS.length)),
        text: optional(string(LIMITS.maxNodeTextChars)),
      }),
      answer: (args) => desk.nodes(args),
    },
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
    cost: { args: object({ instance }), answer: (args) => desk.cost(args.instance) },
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
    'plan-attach': { args: object({ pid }), answer: (args) => desk.planAttach(args.pid) },
    attach: {
      args: object({ pid, startTicks: integer(0, Number.MAX_SAFE_INTEGER) }),
      answer: (args) => desk.attach(args),
    },
    detach: {
      args: object({ instance, reason: string(LIMITS.maxReasonChars) }),
      answer: async (args) => {
        await desk.detach(args);
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
    'answer-passphrase': {
      args: object({
        question: integer(1, Number.MAX_SAFE_INTEGER),
        passphrase: orNull(string(LIMITS.maxPassphraseChars)),
      }),
      answer: (args) => nothing(desk.answerPassphrase(args.question, args.passphrase)),
    },
    'start-demo': { args: object({}), answer: () => nothing(desk.startDemo()) },
    'import-inventory': {
      args: object({}),
      answer: async () => {
        const file = await app.chooseInventory();
        return file === null ? null : { environments: await desk.importInventory(file) };
      },
    },
    'look-at': {
      args: object({ instance: orNull(instance), lineage: orNull(string(LIMITS.maxLinkChars)) }),
      answer: (args) => nothing(app.lookAt(args)),
    },
    'keep-watched': {
      args: object({ places: watchedPlaces }),
      answer: ({ places }) => nothing(app.keepWatched(places)),
    },
    'set-notifications': {
      args: object({ isOn: boolean }),
      answer: ({ isOn }) => nothing(app.setNotifications(isOn)),
    },
    'set-theme': {
      args: object({ theme: oneOf(['system', 'light', 'dark'] as const) }),
      answer: (args) => nothing(app.setTheme(args.theme)),
    },
    'keep-look': {
      args: object({ environment: string(200), look }),
      answer: (args) => nothing(app.keepLook(args.environment, args.look)),
    },
    'set-zoom': {
      args: object({ percent: integer(MIN_ZOOM, MAX_ZOOM) }),
      answer: (args) => nothing(app.setZoom(args.percent)),
    },
    'open-links': {
      args: object({ isOn: boolean }),
      answer: async ({ isOn }) => ({ files: await app.openLinks(isOn) }),
    },
    'set-menu': {
      args: object({ rows: list(menuRow, 200) }),
      answer: (args) => nothing(app.setMenu(args.rows)),
    },
    'save-file': {
      args: object({
        kind: oneOf(['svg', 'png', 'csv'] as const),
        name: string(200),
        data: string(LIMITS.maxExportChars),
      }),
      answer: async ({ kind, name, data }) => {
        const bytes = kind === 'png' ? pngOf(data) : data;
        const file = await app.choosePlace(plainName(name), kind);
        if (file === null) return null;
        await writeWhole(file, bytes);
        return { file };
      },
    },
    copy: {
      // A table as CSV: a thousand lines of a list of nodes have some 200 KB.
      args: object({ text: string(4_000_000) }),
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
