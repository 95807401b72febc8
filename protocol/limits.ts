/** Every bound of the wire and of the agent, each with the reason for its number. */
export const LIMITS = {
  /** Largest frame either side accepts. A snapshot of 100,000 nodes in columns has 27 MB. */
  maxFrameBytes: 32 * 1024 * 1024,
  /** From so many bytes on a frame is worth deflating. */
  deflateFromBytes: 4096,
  /** Rows of a snapshot's first part, more than a screen has; and of the others, some ten milliseconds each. */
  firstPartRows: 500,
  partRows: 5000,
  /** What may wait unsent before the next part is made, so that deltas between them still have room. */
  maxQueuedPartBytes: 256 * 1024,
  /** Largest frame a client may send: a call with a path and a reason is a few hundred bytes. */
  maxCallBytes: 64 * 1024,
  /** Calls of one session under way at once; past it a call is refused with BUSY. */
  maxCallsAtOnce: 64,
  /** What may wait unsent for one slow watcher before its deltas are dropped for a fresh snapshot. */
  maxQueuedBytes: 1024 * 1024,
  /** Time from TCP connect to a finished login; slowloris ends here. */
  loginMs: 5000,
  /** The same over a command that leads there (`kubectl exec`): it has a login of its own, at some cloud. */
  wayInMs: 30_000,
  /** Connections not yet logged in; more are closed at once. */
  maxHalfOpen: 16,
  /** Connections of one agent that are logged in. Each costs about 100 KB. */
  maxSessions: 32,
  /** Channels of one connection. A client needs one. */
  maxChannels: 8,
  /** Refused logins of one connection; an ssh agent may offer a few keys that are not meant for here. */
  maxLoginTries: 8,
  /** Largest file of authorized keys: it is read at every login. */
  maxAuthorizedKeysBytes: 256 * 1024,
  /** Default and largest deadline of a call. */
  callMs: 10_000,
  maxCallMs: 600_000,
  /** How much later than the deadline the session itself answers: the call may still answer with what it has. */
  lateAnswerMs: 250,
  /** A thread's heartbeat, and the age from which its loop counts as blocked. */
  beatMs: 250,
  blockedMs: 500,
  /** The same for a thread of a pool that lets idle threads stand still: looks at the pool are up to five seconds apart. */
  parkingMs: 6000,
  /** Between two samples of metrics. */
  sampleMs: 1000,
  /**
   * What the agent may take of one core before it samples more seldom, unless told; it is looked at over windows of
   * `overheadMs`. Each level doubles the time between two samples.
   */
  overheadPercent: 5,
  overheadMs: 5000,
  maxPaceLevel: 3,
  /** How long changes are gathered before a watcher gets them: one screen frame. */
  coalesceMs: 16,
  /** A dead node stays visible as a ghost this long, and at most so many of them. */
  ghostMs: 60_000,
  maxGhosts: 500,
  /** Nodes of one agent; past it new ones are counted, not shown. More would not fit a frame as one snapshot. */
  maxNodes: 100_000,
  /** Rows of a list of nodes, unless told and at most: some 2 MB, a tenth of that deflated. */
  nodeRows: 100,
  maxNodeRows: 5000,
  maxNodeTextChars: 200,
  /** How long the hub looks through its nodes at a stretch before it serves others. */
  nodesSliceMs: 4,
  /** Samples for rates are kept so long after a list was asked for: who looks asks once a second. */
  nodesLeaseMs: 3000,
  /** Events the ledger keeps at the hub. */
  maxLedgerEvents: 5000,
  /** Records of the audit that are kept where there is no place for a file. */
  maxAuditRecords: 1000,
  /** One file of the audit, all of an instance's together, and how many: about 10,000 records. */
  maxAuditFileBytes: 256 * 1024,
  maxAuditBytes: 4 * 1024 * 1024,
  maxAuditFiles: 200,
  /** Black boxes of ended lives that an instance keeps, how long, and of how many instances: 330 KB each at most. */
  maxPastBoxes: 3,
  keptBoxMs: 30 * 24 * 3_600_000,
  maxBoxFolders: 50,
  /** Heads of an instance's audit that a client keeps, 150 bytes each. */
  maxKeptHeads: 1000,
  /** Outcomes kept for a retried call id. */
  maxKnownCalls: 1000,
  /** Pids of which the hub knows how often they were given: some 400 KB, and more than most machines reuse within a life. */
  maxKnownPids: 8192,
  /** A killed task that has not settled after this is a straggler. */
  stragglerMs: 1000,
  /** What was below a process that has ended gets this long to end by itself before it is reported; so many are named. */
  orphanMs: 1000,
  maxOrphans: 50,
  /** Lines of what a straggler holds, and characters of one: they travel to every watcher. */
  maxHolds: 20,
  maxHoldChars: 200,
  /** Between two looks at what stragglers make, which slow the awaits of their thread while they last. */
  holdsApartMs: 10_000,
  /** Ended children whose count of lives a supervisor remembers, so that one of the same id goes on counting. */
  maxEndedLineages: 10_000,
  /** State read: defaults and ceilings. */
  stateDepth: 3,
  maxStateDepth: 12,
  stateBreadth: 100,
  maxStateBreadth: 1000,
  stateBytes: 64 * 1024,
  maxStateBytes: 1024 * 1024,
  stateMs: 5,
  /** Characters of one string in a state; the rest is counted. */
  stateStringChars: 1000,
  /** Characters of a reason given for an act. */
  maxReasonChars: 500,
  /**
   * The state that a kill is about to take along: it is read in the same turn, so it gets less than a look does
   * (`lostStateMs` of the thread), and what runs elsewhere is waited for so long before it is killed unseen.
   */
  lostStateMs: 2,
  lostStateDepth: 6,
  lostStateBreadth: 64,
  lostStateBytes: 16 * 1024,
  lostAskMs: 100,
  /** Workers that may be ended with the target and are looked at too, and what each may take of its thread: 10 ms in all. */
  maxLostAlong: 10,
  lostAlongMs: 1,
  /** How long after its `ready` a successor may take to hand over its state. The act's answer waits, nothing else. */
  lostAfterMs: 1000,
  /** Places of a difference that are listed, and the bytes of their values and paths; the rest is counted. */
  maxLostPlaces: 20,
  maxLostBytes: 4096,
  /** Differences whose values the hub keeps; of older ones counts and paths remain. */
  maxLostValues: 200,
  /** Joined processes that are asked what their agents cost, at once and with every look; more are counted. */
  maxCostProcesses: 50,
  /** Nodes that a preview lists as stopped, and as started; more are counted. A person reads no more before an act. */
  maxPreviewNodes: 200,
  /** Children that a preview copies; what lies beyond them it counts without a decision about each. */
  maxPreviewCopies: 4000,
  /** Longest arming of a session: forgotten, it ends before the next shift. */
  maxArmMs: 15 * 60_000,
  /** How long a suspended thread is held unless told, and at most: clients of the service time out sooner. */
  leaseMs: 30_000,
  maxLeaseMs: 5 * 60_000,
  /** A suspended thread goes on when it has not heard of the hub that holds it for so long: nobody would let it go. */
  unattendedMs: 2000,
  /** A process that got a signal and still runs after this is said to: most handlers end it well before. */
  signalMs: 1000,
  /** Arguments of a child to be started, as JSON. */
  maxChildArgsChars: 16 * 1024,
  /** What the window hands over to be written: a picture of 32 million pixels, or a table of 100,000 lines. */
  maxExportChars: 64 * 1024 * 1024,
  /** A passphrase that is typed. */
  maxPassphraseChars: 1024,
  /** Environments whose looks the app remembers, 5 KB each at most. */
  maxKeptLooks: 50,
  /** Places whose restarts a person is told of: more nobody watches. */
  maxWatchedPlaces: 100,
  /** A link to a place: more than any mail or desktop carries whole. */
  maxLinkChars: 2048,
  /** Changes that a paused window keeps: some 20 MB of nodes. Past it the tree is asked for whole when it lives again. */
  maxHeldChanges: 20_000,
  /** Frames of a stack. */
  maxStackFrames: 50,
  /** Frames that are read before a loop is broken: what began it, at the bottom, decides. V8 allows some 10,000. */
  maxBreakFrames: 2000,
} as const;
