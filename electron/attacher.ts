import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { attach } from '../client/attach/attach.ts';
import { planAttach } from '../client/attach/look.ts';
import { type NodeProcess, nodeProcesses } from '../client/attach/node-processes.ts';
import type { AttachPlan } from '../client/attach/plan.ts';
import { localFolders, localSockets } from '../client/fleet/local.ts';
import { openSession } from '../client/session.ts';
import { PerchError } from '../protocol/errors.ts';
import type { FleetWatch } from './fleet-watch.ts';
import type { Push } from './ipc.ts';

/** Between two looks at /proc: some ten milliseconds each on a full machine. */
const LOOK_MS = 5000;
/** So long a service that answers already may take to be listed, and so often it is looked for. */
const LISTED_MS = 10_000;
const LISTED_EVERY_MS = 100;

/** The Node processes of this computer without an agent, and how one gets in. */
export class Attacher {
  /** Null: not yet looked. */
  unobserved: NodeProcess[] | null = null;
  readonly #fleet: FleetWatch;
  readonly #push: (push: Push) => void;
  readonly #changed: () => void;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(fleet: FleetWatch, push: (push: Push) => void, changed: () => void) {
    this.#fleet = fleet;
    this.#push = push;
    this.#changed = changed;
  }

  /** Looks once at once, then every few seconds. */
  async look(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    const observed = await this.#observed();
    this.unobserved = await nodeProcesses((pid) => observed.has(pid)).catch(() => []);
    if (this.#isClosed) return;
    this.#changed();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), LOOK_MS);
  }

  plan(pid: number): Promise<AttachPlan> {
    return planAttach(pid, async () => ((await this.#observed()).has(pid) ? 'it is in the fleet' : null));
  }

  /** Gives the key of the instance that answers for the process, once that is listed. */
  async attach({ pid, startTicks }: Pick<AttachPlan, 'pid' | 'startTicks'>): Promise<string> {
    const plan = await this.plan(pid);
    if (plan.startTicks !== startTicks) throw new PerchError('GONE', `Process ${pid} has ended`, { pid });
    const { info } = await attach(plan, {
      open: openSession,
      readAgent: () => readFile(path.join(__dirname, '../../agent/dist/attach.cjs'), 'utf8'),
      onStep: (words) => this.#push({ kind: 'attach', pid, words }),
    });
    void this.look();
    return this.#untilListed(info.epoch, pid);
  }

  async #untilListed(epoch: string, pid: number): Promise<string> {
    for (const until = performance.now() + LISTED_MS; performance.now() < until; ) {
      const found = this.#fleet.instances.find(({ instance }) => instance.hello?.instance.epoch === epoch);
      if (found) return found.instance.key;
      await new Promise((resolve) => setTimeout(resolve, LISTED_EVERY_MS));
    }
    throw new PerchError(
      'ATTACH_FAILED',
      `The agent is in process ${pid}, and its socket is not where this looks`,
      {
        pid,
      },
    );
  }

  /** Pids of which an agent answers: those of local sockets, and what joined an instance of the fleet. */
  async #observed(): Promise<Set<number>> {
    const sockets = await localSockets(await localFolders());
    const observed = new Set(sockets.map((file) => Number.parseInt(path.basename(file), 10)));
    for (const { instance, isLocal } of this.#fleet.instances) {
      if (!isLocal) continue;
      for (const node of instance.mirror.nodes.values()) {
        if (node.kind === 'process' && node.observed && node.endedAt === null) observed.add(node.pid);
      }
    }
    return observed;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}
