import { type ErrorCode, PerchError } from '../../protocol/errors.ts';
import type { Listener } from './listeners.ts';
import { readNodeOptions } from './node-options.ts';
import { catches, isNode, type ProcessFacts } from './process-facts.ts';

/** What attaching to a process would do; nothing was done yet. */
export interface AttachPlan {
  pid: number;
  startTicks: number;
  uid: number;
  /** Node's own options and the script; not what the script is given. */
  command: string;
  /** Where Node opens its inspector for the moment. */
  inspector: { host: string; port: number };
  /** It was sent SIGUSR1 by an attach that did not come to its end, and has opened its inspector since. */
  isSignalled: boolean;
  /** In order, each a sentence. */
  steps: string[];
  /** What cannot be known before, each a sentence. */
  cautions: string[];
}

/** What else is to be known, beside the process itself. */
export interface Surroundings {
  /** Who runs this. */
  uid: number;
  /** Signals that the service's own code listens to; null: that cannot be seen. */
  watched: ReadonlySet<number> | null;
  /** TCP sockets that the process listens on, and those of everybody in its network. */
  own: readonly Listener[];
  near: readonly Listener[];
  /** This user sent it SIGUSR1 before, and gave up waiting. */
  wasSignalled: boolean;
  /** The service whose agent answers for it already; null: none. */
  observedBy: string | null;
}

export const SIGUSR1 = 10;
const ROOT = 0;

/** Pure: the plan, or what makes it impossible. Throws the codes of docs/attach.md. */
export function planOf(facts: ProcessFacts, around: Surroundings): AttachPlan {
  const { pid, startTicks } = facts;
  const options = readNodeOptions(facts.command, facts.env?.NODE_OPTIONS);
  const command = options.shown.join(' ');
  const refuse: Refuse = (code, words, more = {}) =>
    new PerchError(code, `Process ${pid} ${words}`, { pid, command, ...more });

  if (facts.uid !== around.uid && around.uid !== ROOT) {
    throw refuse('OTHER_USER', `runs as another user (uid ${facts.uid}, this is ${around.uid})`, {
      uid: facts.uid,
    });
  }
  if (facts.program === null) {
    throw refuse('OTHER_USER', 'may not be looked at: it has changed its user, or the system hides it', {
      uid: facts.uid,
    });
  }
  if (!isNode(facts))
    throw refuse('NOT_NODE', `runs ${facts.program}, which is not Node`, { program: facts.program });
  if (facts.elsewhere.length > 0) {
    const names = facts.elsewhere.join(', ');
    throw refuse('OTHER_NAMESPACE', `runs in namespaces of its own (${names}), where this cannot follow`, {
      namespaces: facts.elsewhere,
    });
  }
  if (around.observedBy !== null) throw refuse('ALREADY_OBSERVED', `has an agent: ${around.observedBy}`);
  const switchedOff = ['PERCH', 'PERCH_LOCAL'].find((name) => isOff(facts.env?.[name]));
  if (switchedOff) throw refuse('AGENT_OFF', `runs with ${switchedOff}=${facts.env![switchedOff]}`);
  if (options.isForbidden) {
    throw refuse('PERMISSION_MODEL', 'runs under --permission, which keeps its inspector closed');
  }
  const isSignalled = checkInspector(options, around, refuse);
  if (!isSignalled) checkSignal(facts, options, around, refuse);
  return {
    pid,
    startTicks,
    uid: facts.uid,
    command,
    inspector: options.inspectorAt,
    isSignalled,
    steps: steps(pid, options.inspectorAt, isSignalled),
    cautions: around.watched === null ? [UNSEEN] : [],
  };
}

type Refuse = (code: ErrorCode, words: string, more?: Record<string, unknown>) => PerchError;

/** True: it is open, and by us. */
function checkInspector(
  { isInspecting, isPublished, inspectorAt }: ReturnType<typeof readNodeOptions>,
  { own, near, wasSignalled }: Surroundings,
  refuse: Refuse,
): boolean {
  const { host, port } = inspectorAt;
  const isThere = (listeners: readonly Listener[]) =>
    port !== 0 && listeners.some((each) => each.port === port);
  if (isInspecting)
    throw refuse('INSPECTOR_OPEN', 'was started with its inspector open (--inspect)', { port });
  if (isThere(own) && !wasSignalled) {
    throw refuse('INSPECTOR_OPEN', `listens on port ${port} already, where its inspector would`, { port });
  }
  if (isThere(near) && !isThere(own)) {
    throw refuse(
      'INSPECTOR_PORT_TAKEN',
      `would open its inspector on port ${port}, which another process holds`,
      { port },
    );
  }
  if (!/^(?:127\.|localhost$|::1$)/.test(host)) {
    throw refuse('INSPECTOR_OFF', `would open its inspector on ${host}, for more than this computer`, {
      host,
      port,
    });
  }
  if (!isPublished) {
    throw refuse(
      'INSPECTOR_OFF',
      'tells the way into its inspector to its stderr only (--inspect-publish-uid)',
    );
  }
  return isThere(own);
}

function checkSignal(
  facts: ProcessFacts,
  { isSignalOff }: ReturnType<typeof readNodeOptions>,
  { watched }: Surroundings,
  refuse: Refuse,
): void {
  if (facts.state === 'T') throw refuse('PROCESS_STOPPED', 'is stopped (SIGSTOP, or a debugger)');
  if (isSignalOff) throw refuse('INSPECTOR_OFF', 'takes no SIGUSR1 (--disable-sigusr1)');
  if (watched?.has(SIGUSR1)) throw refuse('SIGNAL_HANDLED', 'has a handler of its own for SIGUSR1');
  if (!catches(facts, SIGUSR1)) {
    // What nobody handles ends the process, and what is blocked only waits.
    throw refuse(
      'INSPECTOR_OFF',
      'opens no inspector at SIGUSR1: Node was built without one, or its handler is gone',
    );
  }
}

function steps(pid: number, { host, port }: AttachPlan['inspector'], isSignalled: boolean): string[] {
  const where = port === 0 ? `a free port of ${host}` : `${host}:${port}`;
  return [
    isSignalled
      ? `take the inspector of process ${pid} on ${where}, which an earlier attach had it open`
      : `send SIGUSR1 to process ${pid}: Node opens its inspector on ${where}, for any user of this computer, and says so on the service's stderr (about four lines of its own)`,
    'put the agent into the process through it; where the loop stands still, within the function that runs just now',
    'close the inspector at once, and see that nobody listens on its port',
    'connect to the local socket that the agent opens: whoever may open it may look and act, until it is detached',
  ];
}

const UNSEEN =
  'Whether the service handles SIGUSR1 by itself cannot be seen here. If it does, its handler runs, and nothing else happens.';

function isOff(word: string | undefined): boolean {
  return word !== undefined && /^(off|0|false|no)$/i.test(word.trim());
}
