import path from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { AuditEntry } from '../../protocol/audit.ts';
import type { CallArgs, CallName } from '../../protocol/calls.ts';
import type { Capability } from '../../protocol/capability.ts';
import type { PerchError } from '../../protocol/errors.ts';
import type { HubData, ToMain } from '../hub-thread.ts';
import type { HubMessage, ProbeMessage } from '../probe/messages.ts';
import { TRUSTED } from './arming.ts';
import { reportPrevious } from './black-box/report.ts';
import { handlersOf } from './calls.ts';
import { Hub } from './hub.ts';
import { forbidInspector } from './inspector.ts';
import { joinHub, takeJoining } from './join.ts';
import { JoinedHub } from './joined-hub.ts';
import { startListening } from './listen.ts';
import { makePrivateDirectory } from './local-socket.ts';
import { type Login, serveSession } from './session.ts';
import { linkThreads } from './thread-hello.ts';
import { treeText } from './tree-text.ts';

/** The hub's thread. It never exits by itself: a hub that ends soon after an inspector session aborts the process. */
if ((workerData as HubData | null)?.perch) void run(workerData as HubData, parentPort!);

const EVERYTHING: readonly Capability[] = ['observe', 'inspect', 'control'];

async function run(data: HubData, main: MessagePort): Promise<void> {
  // A fault of one session or one question must not end the hub.
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  // Node's own warnings would go to the service's stderr.
  process.removeAllListeners('warning');
  if (!data.canInspect) forbidInspector();
  // Keeps this thread's loop alive; the thread as a whole is unref'd in main.
  setInterval(() => {}, 1 << 30);

  if (data.above) {
    const isJoined = await join(data, main, null);
    if (isJoined) return;
  }
  beRoot(data, main);
}

function connectProbes(hub: Hub, data: HubData, main: MessagePort): void {
  hub.own.addThread(0, data.pulse, data.startedAt, (message: HubMessage) => main.postMessage(message));
  main.on('message', (message: ProbeMessage) => hub.receive(0, message));
  linkThreads(hub);
}

/** Joins the hub above, and again whenever it comes back. False when there is nobody to join. */
async function join(data: HubData, main: MessagePort, present: Hub | null): Promise<boolean> {
  const self = { pid: data.pid, ppid: data.ppid, label: present?.own.id ?? null };
  const joined = await joinSoon(data.above!, self);
  if (!joined) return false;
  const hub = present ?? new Hub(data, { isRoot: false, label: joined.answer.label });
  if (!present) connectProbes(hub, data, main);
  const login = { author: { key: 'hub', name: 'hub above' }, capabilities: EVERYTHING };
  serveSession(joined.socket, login, handlersOf(hub), {
    arming: TRUSTED,
    onClose: () => void rejoin(data, main, hub),
  });
  joined.socket.resume();
  return true;
}

/** A child may be quicker than the hub above is at listening; one that is not there after a second is gone. */
async function joinSoon(above: NonNullable<HubData['above']>, self: Parameters<typeof joinHub>[1]) {
  for (let attempt = 0; attempt < 10; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const joined = await joinHub(above, self).catch(() => null);
    if (joined) return joined;
  }
  return null;
}

const REJOIN_MS = [100, 200, 400, 800, 1600, 3200, 5000];

/**
 * The hub above died or was started anew. Where its process is gone too there is nothing to join any more: who
 * outlives its launcher is an instance of its own from then on.
 */
async function rejoin(data: HubData, main: MessagePort, hub: Hub): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, REJOIN_MS[Math.min(attempt, REJOIN_MS.length - 1)]));
    if (await join(data, main, hub)) return;
    if (hasEnded(data.above!)) {
      hub.beRoot();
      return serveAsRoot(hub, data, main);
    }
  }
}

/** The name of a hub's socket begins with the pid of its process (start.ts). */
function hasEnded({ socket }: NonNullable<HubData['above']>): boolean {
  const pid = Number.parseInt(path.basename(socket), 10);
  try {
    return Number.isInteger(pid) && !process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function beRoot(data: HubData, main: MessagePort): void {
  const hub = new Hub(data, { isRoot: true, label: String(data.pid) });
  connectProbes(hub, data, main);
  serveAsRoot(hub, data, main);
}

function serveAsRoot(hub: Hub, data: HubData, main: MessagePort): void {
  if (data.above) main.postMessage({ t: 'is-root' } satisfies ToMain);
  if (hub.blackBox.file !== null) {
    main.postMessage({ t: 'black-box', file: hub.blackBox.file } satisfies ToMain);
  }
  void reportPrevious(hub, data);
  const handlers = handlersOf(hub);

  makePrivateDirectory(data.config.runtimeDir).then(
    () => takeJoiningProcesses(hub, data),
    // Without a directory of our own no process can join; this one is shown all the same.
    () => {},
  );

  startListening(data.config, {
    onSession: (stream, login) =>
      serveSession(stream, login, handlers, {
        arming: hub.armings.session(login.author),
        onRefused: ({ name, args, error }) => {
          if (name !== 'act' && name !== 'arm') return;
          // The refusal is a receipt too.
          error.facts.audit = hub.audit.append(refusedCall(login, name, args, error));
        },
      }),
    // `tree` is the only word there is (ssh/server.ts).
    onExec: async (_command, login) => {
      if (!login.capabilities.includes('observe'))
        return { text: 'perch: this key may not observe\n', exit: 4 };
      const release = hub.watched();
      await hub.gather();
      release();
      return { text: treeText(hub.tree.snapshot(), hub.instance()), exit: 0 };
    },
    onListening: (addresses) => {
      hub.listening = addresses;
    },
  });
}

function refusedCall(
  { author }: Login,
  name: 'act' | 'arm',
  args: CallArgs<CallName>,
  { code }: PerchError,
): Omit<AuditEntry, 'at'> {
  const { act = name, call = '', node = '', reason } = args as Partial<CallArgs<'act'>> & { reason: string };
  return { author, act, call, target: node, reason, outcome: code };
}

function takeJoiningProcesses(hub: Hub, data: HubData): void {
  takeJoining(
    data.own,
    (request) => ({ t: 'welcome', label: hub.others.labelFor(request), epoch: hub.tree.epoch }),
    (request, { label }, socket, reader) => {
      const process_ = { label, pid: request.pid, ppid: request.ppid };
      const joined = new JoinedHub(process_, socket, reader, {
        onTree: (nodes) => hub.others.mergeWhole(label, nodes),
        onNodes: (changed, removed) => hub.others.merge(label, changed, removed),
        onSilent: () => hub.others.silent(label),
        onLedger: (event) => hub.mergeLedger(event),
        onEnd: () => hub.others.left(label),
      });
      hub.join(joined);
    },
  );
}
