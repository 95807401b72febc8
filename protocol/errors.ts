/**
 * Every error a person can meet, by code. `docs/errors.md` lists the same rows; a test compares the two.
 * `exit` is the CLI's exit code: 1 unexpected, 2 wrong use, 3 cannot connect, 4 refused, 5 gone,
 * 6 not recovered, 7 a check found something.
 */
export const ERRORS = {
  INTERNAL: { exit: 1, mend: 'This is a fault of Perch. Please report it with the message.' },
  BAD_USAGE: { exit: 2, mend: 'See `perch help COMMAND`.' },
  BAD_CALL: { exit: 1, mend: 'Client and agent disagree about a call. Update the older of the two.' },
  UNKNOWN_CALL: { exit: 1, mend: 'The agent is older than this client. Update the agent.' },
  VERSION_SKEW: { exit: 3, mend: 'Client and agent speak different protocols. Update the older of the two.' },
  BAD_FRAME: { exit: 3, mend: 'The other side does not speak the Perch protocol. Check the address.' },
  FRAME_TOO_LARGE: { exit: 3, mend: 'Ask for less at once (a smaller depth or path).' },
  BUSY: { exit: 1, mend: 'Too much is under way at once. Wait for some of it, then try again.' },
  TIMEOUT: { exit: 1, mend: 'Try again with a larger --timeout.' },
  CANCELLED: { exit: 1, mend: 'Nothing to mend: the call was cancelled.' },
  CONNECT_FAILED: {
    exit: 3,
    mend: 'Check the address, the tunnel or the command of `via`, and that the service runs with an agent.',
  },
  CONNECTION_LOST: {
    exit: 3,
    mend: 'Ask again when the service is back. The app and `perch tree --watch` connect again by themselves.',
  },
  KEY_REFUSED: {
    exit: 4,
    mend: "Add this public key to the agent's PERCH_AUTHORIZED_KEYS; on a line of its own it may have expired, or not be let in from here.",
  },
  NO_IDENTITY: { exit: 2, mend: 'Make a key with `perch keys new`, or name one with --identity.' },
  BAD_IDENTITY: { exit: 2, mend: 'The file is no usable private key. Make one with `perch keys new`.' },
  PASSPHRASE_NEEDED: {
    exit: 2,
    mend: 'Type the passphrase, on a terminal or in the app, or use a key without one.',
  },
  HOST_KEY_UNKNOWN: {
    exit: 3,
    mend: "Compare the fingerprint with the agent's, then pass it with --host-key.",
  },
  HOST_KEY_CHANGED: {
    exit: 3,
    mend: 'Someone may be in between. If the key was changed on purpose, remove the old line from known_hosts.',
  },
  CAPABILITY_MISSING: { exit: 4, mend: "The key's line in PERCH_AUTHORIZED_KEYS must grant the capability." },
  CONTROL_OFF: {
    exit: 4,
    mend: 'The service was started with PERCH_CONTROL=off or @perch/agent/observe. Whoever runs it can start it without.',
  },
  NOT_ARMED: {
    exit: 4,
    mend: 'Arm the session with a reason first: sessions are read-only until then, and after 15 minutes at most.',
  },
  PROTECTED: { exit: 4, mend: 'The service declared this node protected. Change that in its code.' },
  NOT_POSSIBLE: { exit: 4, mend: 'Nothing was done. `perch show` tells what the node is and how it is.' },
  NOT_STEADY: {
    exit: 4,
    mend: 'Nothing was done. Wait until every probe holds, or correct the probe.',
  },
  LOOP_BLOCKED: {
    exit: 4,
    mend: 'Its loop is stuck. See its stack; kill the thread or the process that holds the loop.',
  },
  NO_INSPECTOR: { exit: 1, mend: 'The service runs under --permission without --allow-inspector.' },
  NO_SUCH_NODE: { exit: 5, mend: 'List the nodes with `perch tree`.' },
  GONE: { exit: 5, mend: 'That incarnation has ended. Look at its successor.' },
  AMBIGUOUS_NODE: { exit: 2, mend: 'Name the node by one of the ids listed.' },
  NO_STATE: { exit: 1, mend: 'The worker declared no state. Call `context.state(reference)` in its code.' },
  NO_SUCH_PATH: { exit: 5, mend: 'Read the state without a path and choose one that exists.' },
  NOT_OBSERVED: {
    exit: 1,
    mend: 'No agent runs there. Start it with `--import @perch/agent/register`, or see `perch attach`.',
  },
  NO_SUCH_TARGET: { exit: 2, mend: 'List the instances with `perch fleet`.' },
  AMBIGUOUS_TARGET: { exit: 2, mend: 'Name the instance by its address.' },
  NOT_WRITTEN: { exit: 1, mend: 'Choose another place, or make room there.' },
  BAD_LINK: {
    exit: 2,
    mend: 'A link is perch://ENVIRONMENT/INSTANCE/LINEAGE, each part percent-encoded. Copy one in the app.',
  },
  CONFIRM_NEEDED: { exit: 2, mend: 'Without a terminal an act needs --yes.' },
  BAD_INVENTORY: { exit: 2, mend: 'Correct the inventory at the line and column named.' },
  BAD_CONF: { exit: 2, mend: 'Correct the WireGuard file at the line named.' },
  CONF_RUNS_COMMANDS: {
    exit: 2,
    mend: 'Remove the lines named: Perch never runs commands from a WireGuard file.',
  },
  NO_TUNNEL: { exit: 2, mend: 'Give the environment a `tunnel:` in the inventory.' },
  TUNNEL_OFF: { exit: 3, mend: 'Turn it on with `perch tunnel up ENV`.' },
  TUNNEL_FAILED: { exit: 3, mend: 'See the words of the tool named in the message.' },
  NEEDS_ROOT: { exit: 3, mend: 'Run the one command named in the message as root.' },
  NO_BLACK_BOX: {
    exit: 5,
    mend: 'Boxes are in `black-box/` of the state directory of the user that the service runs as.',
  },
  NO_AUDIT_LOG: {
    exit: 5,
    mend: 'Logs are in `audit/` of the state directory of the user that the service runs as.',
  },
  AUDIT_CHANGED: {
    exit: 7,
    mend: 'Somebody who may write its files changed them. Compare with a copy, and ask who was on that machine.',
  },
  NO_SUCH_PROCESS: { exit: 5, mend: 'List the Node processes without an agent with `perch attach`.' },
  NOT_NODE: { exit: 4, mend: 'Nothing was done. Name the pid of a Node process; `perch attach` lists them.' },
  ALREADY_OBSERVED: { exit: 4, mend: 'An agent runs there: `perch tree PID` shows it.' },
  OTHER_USER: { exit: 4, mend: 'Nothing was done. Run perch as the user of that process, or as root.' },
  OTHER_NAMESPACE: {
    exit: 4,
    mend: 'Nothing was done. Run perch inside of the container that the process runs in.',
  },
  AGENT_OFF: { exit: 4, mend: 'Whoever runs the service switched Perch off there. Ask them.' },
  NODE_TOO_OLD: { exit: 4, mend: 'The agent needs Node 20.19 or newer.' },
  PERMISSION_MODEL: {
    exit: 4,
    mend: 'Nothing was done. Start the service with the agent preloaded, and with --allow-worker.',
  },
  SIGNAL_HANDLED: {
    exit: 4,
    mend: 'The signal means something else to that service. Start it with the agent preloaded.',
  },
  PROCESS_STOPPED: { exit: 4, mend: 'Nothing was done. `kill -CONT PID` lets it go on.' },
  INSPECTOR_OFF: { exit: 4, mend: 'Nothing was done. Start the service with the agent preloaded.' },
  INSPECTOR_OPEN: {
    exit: 4,
    mend: 'Nothing was done: closing what somebody else opened would end their debugging. Close it there first.',
  },
  INSPECTOR_PORT_TAKEN: {
    exit: 4,
    mend: 'Nothing was done. End what holds the port for a moment, or attach to one process after the other.',
  },
  ATTACH_FAILED: {
    exit: 1,
    mend: 'The message says how far it came and what is left. docs/attach.md says more.',
  },
  NOT_ON_THIS_SYSTEM: { exit: 1, mend: 'Install what the message names, or use a system that has it.' },
} as const satisfies Record<string, { exit: number; mend: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** What travels: a code, one sentence, and the facts behind it. */
export interface ErrorDocument {
  code: ErrorCode;
  message: string;
  facts: Record<string, unknown>;
}

/** What can happen in operation. What must not happen is an assertion, not one of these. */
export class PerchError extends Error {
  readonly code: ErrorCode;
  readonly facts: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, facts: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PerchError';
    this.code = code;
    this.facts = facts;
  }

  /** What to do next, in one sentence. */
  get mend(): string {
    return ERRORS[this.code].mend;
  }

  toDocument(): ErrorDocument {
    return { code: this.code, message: this.message, facts: this.facts };
  }

  /** Reads what came over the wire; a code this side does not know becomes INTERNAL with the code in its facts. */
  static fromDocument(document: ErrorDocument): PerchError {
    if (Object.hasOwn(ERRORS, document.code)) {
      return new PerchError(document.code, document.message, document.facts);
    }
    return new PerchError('INTERNAL', document.message, { ...document.facts, code: document.code });
  }
}

/** Any thrown thing as a PerchError; a stranger becomes INTERNAL and keeps its message and cause. */
export function asPerchError(thrown: unknown): PerchError {
  if (thrown instanceof PerchError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new PerchError('INTERNAL', message, {}, thrown);
}
