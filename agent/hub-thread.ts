import { Worker } from 'node:worker_threads';
import type { AgentConfig } from './config.ts';
import hubCode from './dist/hub.cjs?raw';
import type { HubMessage, ProbeMessage } from './probe/messages.ts';

/** What the hub is given when it starts. */
export interface HubData {
  perch: true;
  config: AgentConfig;
  /** The hub to join, where this process was started by an observed one. */
  above: { socket: string; token: string } | null;
  /** Where this hub takes joining ones, once it is a root. */
  own: { socket: string; token: string };
  pulse: SharedArrayBuffer;
  pid: number;
  ppid: number;
  argv: string[];
  execArgv: string[];
  cwd: string;
  hostname: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** False where the permission model would abort the process on an inspector session. */
  canInspect: boolean;
  /** Why the hub before this one ended; null for the first. */
  restartReason?: string | null;
}

/** From the hub to main; what is neither `is-root` nor `black-box` is for the probe. */
export type ToMain =
  | HubMessage
  | { t: 'is-root' }
  /** Where to write down how the process ends. */
  | { t: 'black-box'; file: string };

interface Hooks {
  onStart(post: (message: ProbeMessage) => void): void;
  onMessage(message: ToMain): void;
  onEnd(): void;
}

/** Restarts of a hub that dies wait this long at first, and at most. */
const BACK_OFF_MS = { first: 100, most: 30_000 };

/** The hub's thread as main holds it: started, unref'd, and started again should it ever die. */
export class HubThread {
  /** Every hub thread made here, so that discovery leaves them out. */
  static readonly made = new WeakSet<Worker>();
  /** True while the constructor runs: the diagnostics channel fires within it. */
  static isMaking = false;

  readonly #data: HubData;
  readonly #hooks: Hooks;
  #backOffMs = BACK_OFF_MS.first;

  constructor(data: HubData, hooks: Hooks) {
    this.#data = data;
    this.#hooks = hooks;
  }

  start(restartReason: string | null): void {
    let worker: Worker;
    try {
      worker = makeWorker({ ...this.#data, restartReason });
    } catch {
      // No thread to be had: the service goes on without an agent.
      return;
    }
    const startedAt = Date.now();
    let reason = 'exited';
    worker.on('message', (message: ToMain) => {
      try {
        this.#hooks.onMessage(message);
      } catch {
        // A fault of the agent never reaches the service.
      }
    });
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', () => {
      this.#hooks.onEnd();
      if (Date.now() - startedAt > BACK_OFF_MS.most) this.#backOffMs = BACK_OFF_MS.first;
      setTimeout(() => this.start(reason), this.#backOffMs).unref();
      this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS.most);
    });
    worker.unref();
    this.#hooks.onStart((message) => worker.postMessage(message));
  }
}

function makeWorker(workerData: HubData): Worker {
  // Other tools' preloads stay out of the hub, and ours does not start a hub in the hub.
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  HubThread.isMaking = true;
  try {
    const worker = new Worker(hubCode, {
      eval: true,
      name: 'perch-agent',
      execArgv: [],
      env,
      workerData,
      // Old generation: a cap for the worst case. Past it the hub dies and is started again, the service lives. A tree
      // of LIMITS.maxNodes with a snapshot of it under way must stay below: it would die of it again and again.
      // Young generation: small, since every service pays for it before anybody looks (docs/decisions/0014).
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 2 },
    });
    HubThread.made.add(worker);
    return worker;
  } finally {
    HubThread.isMaking = false;
  }
}
