import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AgentConfig } from './config.ts';
import hubCode from './dist/hub-text.cjs?raw';
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

/** From the hub to main; what is none of those named here is for the probe. */
export type ToMain =
  | HubMessage
  | { t: 'is-root' }
  /** Where to write down how the process ends. */
  | { t: 'black-box'; file: string }
  /** The agent is taken out: the hub ends now, for good. */
  | { t: 'detached' };

interface Hooks {
  onStart(post: (message: ProbeMessage) => void): void;
  onMessage(message: ToMain): void;
  onEnd(): void;
}

/** Restarts of a hub that dies wait this long at first, and at most. */
const BACK_OFF_MS = { first: 100, most: 30_000 };

/** A hub that is told to end and does not within this time is ended. */
const END_MS = 5000;

/** The hub's thread as main holds it: started, unref'd, and started again should it ever die. */
export class HubThread {
  /** Every hub thread made here, so that discovery leaves them out. */
  static readonly made = new WeakSet<Worker>();
  /** True while the constructor runs: the diagnostics channel fires within it. */
  static isMaking = false;

  readonly #data: HubData;
  readonly #hooks: Hooks;
  #backOffMs = BACK_OFF_MS.first;
  #worker: Worker | null = null;
  #restarting: NodeJS.Timeout | undefined;
  #isEnding = false;

  constructor(data: HubData, hooks: Hooks) {
    this.#data = data;
    this.#hooks = hooks;
  }

  start(restartReason: string | null): void {
    if (this.#isEnding) return;
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
      this.#worker = null;
      this.#hooks.onEnd();
      if (this.#isEnding) return;
      if (Date.now() - startedAt > BACK_OFF_MS.most) this.#backOffMs = BACK_OFF_MS.first;
      this.#restarting = setTimeout(() => this.start(reason), this.#backOffMs).unref();
      this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS.most);
    });
    worker.unref();
    this.#worker = worker;
    this.#hooks.onStart((message) => worker.postMessage(message));
  }

  /** Ends it for good: it closes what it opened, and its thread is gone when this resolves. */
  end(): Promise<void> {
    this.#isEnding = true;
    clearTimeout(this.#restarting);
    const worker = this.#worker;
    if (!worker) return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(() => void worker.terminate(), END_MS).unref();
      worker.once('exit', () => {
        clearTimeout(late);
        resolve();
      });
      worker.postMessage({ t: 'detach' } satisfies ProbeMessage);
    });
  }
}

/**
 * What the hub's heap may have: of a container at most a quarter (`limitBytes`; 0: no limit is known), since past that
 * the kernel would end the service, where V8 ends the hub.
 */
export function hubHeapMb(limitBytes = process.constrainedMemory() ?? 0): number {
  const limitMb = limitBytes / MB;
  const { least, most } = HUB_HEAP_MB;
  return limitMb > 0 ? Math.round(Math.min(most, Math.max(least, limitMb / 4))) : most;
}

const MB = 1024 * 1024;
const HUB_HEAP_MB = { least: 48, most: 512 };

function makeWorker(workerData: HubData): Worker {
  // Other tools' preloads stay out of the hub, and ours does not start a hub in the hub.
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  HubThread.isMaking = true;
  try {
    const worker = new Worker(hubCode, {
      // Its text, or (scripts/build.ts) the path of a file that holds it.
      eval: !path.isAbsolute(hubCode),
      name: 'perch-agent',
      execArgv: [],
      env,
      workerData,
      // The hub prints nothing by them, and Node would make the service's own streams for it, which then stay.
      stdout: true,
      stderr: true,
      // Old generation: a cap for the worst case. Past it the hub dies and is started again, the service lives. A tree
      // of LIMITS.maxNodes with a snapshot of it under way must stay below: it would die of it again and again.
      // In a small container it is less (hubHeapMb), and trees that large are not for it.
      // Young generation: small, since every service pays for it before anybody looks (docs/decisions/0014).
      resourceLimits: { maxOldGenerationSizeMb: hubHeapMb(), maxYoungGenerationSizeMb: 2 },
    });
    HubThread.made.add(worker);
    return worker;
  } finally {
    HubThread.isMaking = false;
  }
}
