import type { Socket } from 'node:net';
import type { ActDocument, ActProgress } from '../../protocol/act.ts';
import { Caller } from '../../protocol/caller.ts';
import type { CallArgs, HelloAnswer } from '../../protocol/calls.ts';
import { PerchError } from '../../protocol/errors.ts';
import { encodeFrame, type FrameReader } from '../../protocol/framing.ts';
import type { LedgerEvent } from '../../protocol/ledger.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Preview } from '../../protocol/preview.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { TreeMirror } from '../../protocol/tree-mirror.ts';
import { PERCH_VERSION, PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { ActRequest } from './acts/request.ts';

/** What the root hub does with what a joined one says. */
export interface JoinedHooks {
  /** All its nodes: what is not among them is no more. */
  onTree(nodes: TreeNode[]): void;
  onNodes(changed: TreeNode[], removed: string[]): void;
  /** It no longer answers; `onTree` follows when it does again. */
  onSilent(): void;
  onLedger(event: LedgerEvent): void;
  onEnd(): void;
}

/**
 * Another process of the service, whose own hub joined this one. The root hub is its client: it watches its
 * ledger always (little, and needed from before anybody looked), its tree only while somebody watches.
 */
export class JoinedHub {
  readonly label: string;
  readonly pid: number;
  readonly ppid: number;
  readonly caller: Caller;
  readonly #mirror = new TreeMirror();
  readonly #hooks: JoinedHooks;
  readonly #greeted: Promise<HelloAnswer>;
  #watching: AbortController | null = null;
  #pinging: NodeJS.Timeout | null = null;
  #isAsked = false;
  #isSilent = false;
  #firstSnapshot: Promise<void> = Promise.resolve();

  constructor(
    process_: { label: string; pid: number; ppid: number },
    socket: Socket,
    reader: FrameReader,
    hooks: JoinedHooks,
  ) {
    this.label = process_.label;
    this.pid = process_.pid;
    this.ppid = process_.ppid;
    this.#hooks = hooks;
    this.caller = new Caller((frame) => {
      if (!socket.destroyed) socket.write(encodeFrame(frame));
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) this.caller.receive(frame);
      } catch {
        socket.destroy();
      }
    });
    socket.on('close', () => {
      this.caller.end(new PerchError('GONE', `Process ${this.pid} has ended`, { pid: this.pid }));
      this.#stopWatching();
      hooks.onEnd();
    });
    const client = `hub ${PERCH_VERSION}`;
    this.#greeted = this.caller.call('hello', {
      protocol: PROTOCOL_VERSION,
      client,
      accepts: ['components'],
    });
    this.#watchLedger();
  }

  #watchLedger(): void {
    const ignore = () => {};
    this.#greeted
      .then(() =>
        this.caller.call(
          'watch-ledger',
          { since: 1 },
          {
            onEvent: ({ events }) => {
              for (const event of events) this.#hooks.onLedger(event);
            },
          },
        ),
      )
      .catch(ignore);
  }

  setWatched(isWatched: boolean): void {
    if (!isWatched) this.#stopWatching();
    else if (!this.#watching) {
      const watching = new AbortController();
      this.#watching = watching;
      this.#firstSnapshot = new Promise((resolve) => this.#watch(watching, resolve));
      this.#pinging ??= setInterval(() => this.#ping(), LIMITS.sampleMs);
    }
  }

  #stopWatching(): void {
    this.#watching?.abort();
    this.#watching = null;
    if (this.#pinging) clearInterval(this.#pinging);
    this.#pinging = null;
  }

  /** Asks for a sign of life while it is watched: a tree that is not heard of any more must not look fresh. */
  #ping(): void {
    if (this.#isAsked) return this.#fallSilent();
    this.#isAsked = true;
    const answered = () => {
      this.#isAsked = false;
      if (this.#isSilent && this.#watching) this.#watchAnew();
    };
    this.caller.call('ping', {}).then(answered, () => {
      this.#isAsked = false;
    });
  }

  #fallSilent(): void {
    if (this.#isSilent) return;
    this.#isSilent = true;
    this.#hooks.onSilent();
  }

  #watchAnew(): void {
    this.#watching?.abort();
    this.#watching = null;
    this.setWatched(true);
  }

  /** Resolves when its tree is as fresh as it can be had; waits no longer than `timeoutMs`. */
  async gather(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#fallSilent();
        resolve();
      }, timeoutMs);
    });
    await Promise.race([this.#firstSnapshot, late]);
    clearTimeout(timer);
  }

  /** What an act on something in it would do. */
  async preview(request: CallArgs<'preview'>): Promise<Preview> {
    const { instance } = await this.#greeted;
    return this.caller.call('preview', { ...request, epoch: instance.epoch });
  }

  /** Has it carry out an act. One that does not answer is not asked: it might act when nobody expects it any more. */
  async act(request: ActRequest, progress: (step: ActProgress) => void): Promise<ActDocument> {
    const { instance } = await this.#greeted;
    await this.caller.call('ping', {}, { timeoutMs: LIMITS.sampleMs }).catch(() => {
      throw new PerchError('NOT_OBSERVED', `The agent in process ${this.pid} does not answer`, {
        pid: this.pid,
      });
    });
    return this.caller.call('act', { ...request, epoch: instance.epoch }, { onEvent: progress });
  }

  /** Has it let go of its process and end. */
  detach(reason: string): void {
    this.caller.call('detach', { reason }).catch(() => {});
  }

  #watch(watching: AbortController, onFirst: () => void): void {
    this.caller
      .call(
        'watch-tree',
        {},
        {
          signal: watching.signal,
          onEvent: (event) => {
            if ('snapshot' in event) {
              this.#mirror.reset(event.snapshot);
              this.#isSilent = false;
              this.#hooks.onTree([...this.#mirror.nodes.values()]);
              onFirst();
            } else if (this.#mirror.apply(event.delta)) {
              const changed: TreeNode[] = [];
              const removed: string[] = [];
              for (const change of event.delta.changes) {
                if (change[0] === '-') removed.push(change[1]);
                else {
                  const node = this.#mirror.nodes.get(change[0] === '+' ? change[1].id : change[1]);
                  if (node) changed.push(node);
                }
              }
              this.#hooks.onNodes(changed, removed);
            } else {
              // A revision is missing: ask for a snapshot.
              if (this.#watching === watching) this.#watchAnew();
            }
          },
        },
      )
      .then(onFirst, onFirst);
  }
}

/** How long the root waits for joined hubs before it answers with what it has. */
export const GATHER_MS = Math.min(300, LIMITS.callMs);
