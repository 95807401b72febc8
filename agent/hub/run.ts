import path from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import type { AuditEntry } from '../../protocol/audit.ts';
import type { CallArgs, CallName } from '../../protocol/calls.ts';
import type { Capability } from '../../protocol/capability.ts';
import type { PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { HubData, ToMain } from '../hub-thread.ts';
import { switchedOffBy } from '../off-switch.ts';
import type { HubMessage, ProbeMessage } from '../probe/messages.ts';
import { TRUSTED } from './arming.ts';
import { reportPrevious } from './black-box/report.ts';
import { handlersOf } from './calls.ts';
import { Detachment } from './detach.ts';
import { type ControlOf, Hub } from './hub.ts';
import { forbidInspector } from './inspector.ts';
import { JoinRefused, joinHub, takeJoining } from './join.ts';
import { JoinedHub } from './joined-hub.ts';
import { startListening } from './listen.ts';
import { makePrivateDirectory } from './local-socket.ts';
import { type Login, serveSession, withoutControl } from './session.ts';
import { noFolderWords } from './surroundings.ts';
import { linkThreads } from './thread-hello.ts';
import { treeText } from './tree-text.ts';

const EVERYTHING: readonly Capability[] = ['observe', 'inspect', 'control'];

/** One life of the hub's thread. */
interface Life {
  data: HubData;
  main: MessagePort;
  control: ControlOf;
  detachment: Detachment;
  /** Where what main tells goes: it is kept for the hub until there is one. */
  hear: (message: ProbeMessage) => void;
  early: ProbeMessage[];
  looking: NodeJS.Timeout;
}

/**
 * Runs the hub. Its thread never exits but to leave the service: a hub that ends soon after an inspector session aborts the
 * process.
 */
export async function run(data: HubData, main: MessagePort, control: ControlOf): Promise<void> {
  // A fault of one session or one question must not end the hub.
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  // Node's own warnings would go to the service's stderr.
  process.removeAllListeners('warning');
  if (!data.canInspect) forbidInspector();
  const detachment = new Detachment(main);
  const early: ProbeMessage[] = [];
  const life: Life = {
    ...{ data, main, control, detachment, early },
    hear: (message) => void early.push(message),
    // Until there is a hub, which does it then. The loop is kept alive by both; the thread as a whole is unref'd in main.
    looking: setInterval(() => lookAtSwitch(life), LIMITS.sampleMs),
  };
  main.on('message', (message: ProbeMessage) => {
    if (message.t !== 'detach') life.hear(message);
    else void detachment.begin({ author: OWN_CODE, reason: 'asked by its own process' });
  });

  if (data.above && (await joinFirst(life))) return;
  beRoot(life);
}

const OWN_CODE = { key: 'service', name: 'its own process' };

function lookAtSwitch({ data, detachment }: Life): void {
  const file = switchedOffBy(data.config);
  if (file === null) return;
  void detachment.begin({ author: { key: 'file', name: file }, reason: `switched off by ${file}` });
}

/**
 * Whoever has a hub above is no root for as long as that may come: it would listen where the hub above is to listen again,
 * should that be the one that is just started anew. False when there is nobody to join.
 */
async function joinFirst(life: Life): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    const found = await join(life, null);
    if (found === 'joined') return true;
    if (found === 'refused' || hasEnded(life.data.above!)) return false;
    await rejoinPause(attempt);
  }
}

function connectProbes(hub: Hub, life: Life): void {
  const { data, main, early } = life;
  hub.own.addThread(0, data.pulse, data.startedAt, (message: HubMessage) => main.postMessage(message));
  life.hear = (message) => hub.receive(0, message);
  for (const message of early.splice(0)) life.hear(message);
  clearInterval(life.looking);
  hub.everySample.push(() => lookAtSwitch(life));
  linkThreads(hub);
}

type Found = 'joined' | 'absent' | 'refused';

/** Joins the hub above, and again whenever it comes back. */
async function join(life: Life, present: Hub | null): Promise<Found> {
  const { data, control, detachment } = life;
  const self = { pid: data.pid, ppid: data.ppid, label: present?.own.id ?? null };
  const joined = await joinSoon(data.above!, self);
  if (typeof joined === 'string') return joined;
  const hub = present ?? new Hub(data, { isRoot: false, label: joined.answer.label, control });
  detachment.hub = hub;
  if (!present) connectProbes(hub, life);
  const login = { author: { key: 'hub', name: 'hub above' }, capabilities: EVERYTHING };
  const traffic = hub.traffic.open(login.author);
  serveSession(joined.socket, login, handlersOf(hub, detachment), {
    arming: TRUSTED,
    traffic,
    onClose: () => {
      hub.traffic.close(traffic);
      void rejoin(life, hub);
    },
  });
  joined.socket.resume();
  return 'joined';
}

/** A child may be quicker than the hub above is at listening. */
async function joinSoon(above: NonNullable<HubData['above']>, self: Parameters<typeof joinHub>[1]) {
  let found: 'absent' | 'refused' = 'absent';
  for (let attempt = 0; attempt < 10; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    try {
      return await joinHub(above, self);
    } catch (thrown) {
      found = thrown instanceof JoinRefused ? 'refused' : 'absent';
    }
  }
  return found;
}

const REJOIN_MS = [100, 200, 400, 800, 1600, 3200, 5000];

function rejoinPause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, REJOIN_MS[Math.min(attempt, REJOIN_MS.length - 1)]));
}

/**
 * The hub above died or was started anew. Where its process is gone too there is nothing to join any more: who
 * outlives its launcher is an instance of its own from then on.
 */
async function rejoin(life: Life, hub: Hub): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    await rejoinPause(attempt);
    if ((await join(life, hub)) === 'joined') return;
    if (hasEnded(life.data.above!)) {
      hub.beRoot();
      return serveAsRoot(life, hub);
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

function beRoot(life: Life): void {
  const { data, control, detachment } = life;
  const hub = new Hub(data, { isRoot: true, label: String(data.pid), control });
  detachment.hub = hub;
  connectProbes(hub, life);
  serveAsRoot(life, hub);
}

function serveAsRoot({ data, main, detachment }: Life, hub: Hub): void {
  if (data.above) main.postMessage({ t: 'is-root' } satisfies ToMain);
  if (hub.blackBox.file !== null) {
    main.postMessage({ t: 'black-box', file: hub.blackBox.file } satisfies ToMain);
  }
  void reportPrevious(hub, data);
  const handlers = handlersOf(hub, detachment);

  makePrivateDirectory(data.config.runtimeDir).then(
    () => takeJoiningProcesses(hub, data, detachment),
    // This one is shown all the same, to whoever comes over the network.
    (error) => void hub.limits.push(noFolderWords(error)),
  );

  const doors = startListening(data.config, {
    onSession: (stream, from) => {
      const login = data.config.control ? from : withoutControl(from);
      const traffic = hub.traffic.open(login.author);
      serveSession(stream, login, handlers, {
        arming: hub.armings.session(login.author),
        traffic,
        onClose: () => hub.traffic.close(traffic),
        onRefused: ({ name, args, error }) => {
          if (name !== 'act' && name !== 'arm' && name !== 'detach') return;
          // The refusal is a receipt too.
          error.facts.audit = hub.audit.append(refusedCall(login, name, args, error));
        },
      });
    },
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
  detachment.closes(() => doors.close());
  hub.traffic.network = () => doors.traffic();
}

function refusedCall(
  { author }: Login,
  name: 'act' | 'arm' | 'detach',
  args: CallArgs<CallName>,
  { code }: PerchError,
): Omit<AuditEntry, 'at'> {
  const { act = name, call = '', node = '', reason } = args as Partial<CallArgs<'act'>> & { reason: string };
  return { author, act, call, target: node, reason, outcome: code };
}

function takeJoiningProcesses(hub: Hub, data: HubData, detachment: Detachment): void {
  const server = takeJoining(
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
  detachment.closes(() => server.close());
}
