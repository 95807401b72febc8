import type { Act, ActDocument, ActProgress, AuditHead } from '../../../protocol/act.ts';
import { asPerchError, PerchError } from '../../../protocol/errors.ts';
import type { Author, NodeRef } from '../../../protocol/ledger.ts';
import type { Preview } from '../../../protocol/preview.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import { monotonicMs } from '../../registry.ts';
import type { Control } from '../control.ts';
import type { Hub } from '../hub.ts';
import { refOf } from '../node-ref.ts';
import { orphanWords } from '../orphans.ts';
import { type PreviewRequest, previewOf } from '../preview/preview.ts';
import { Suspensions } from '../suspensions.ts';
import { aimAt, startTracking } from './act-tracker.ts';
import { askSupervisor } from './ask-supervisor.ts';
import { breakLoop } from './break.ts';
import { deleteChild, startChild } from './children.ts';
import { refusal } from './document.ts';
import { endProcess } from './end-process.ts';
import { endThread } from './end-thread.ts';
import { forward } from './forward.ts';
import { KnownCalls } from './known-calls.ts';
import { measured } from './measured.ts';
import {
  type ActAudience,
  type ActRequest,
  type ActUnderWay,
  remaining,
  type TimedRequest,
} from './request.ts';
import { signal } from './signal.ts';
import { resume, suspend } from './suspend.ts';
import { notToBeActedOn } from './thread-meant.ts';

/** Carries out acts, each call id once, and follows them to their end. */
export class Acts implements Control {
  readonly #hub: Hub;
  readonly #suspensions: Suspensions;
  readonly #known = new KnownCalls();

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#suspensions = new Suspensions(hub);
  }

  perform(request: ActRequest, audience: ActAudience): Promise<ActDocument> {
    return this.#known.once(request, this.#lineageOf(request.node), () =>
      this.#perform({ ...request, deadline: monotonicMs() + request.timeoutMs }, audience),
    );
  }

  isKnown(call: string): boolean {
    return this.#known.has(call);
  }

  preview(request: PreviewRequest): Promise<Preview> {
    return previewOf(this.#hub, this.#suspensions, request);
  }

  attend(): void {
    this.#suspensions.attend();
  }

  end(): void {
    this.#suspensions.end();
  }

  /** Of what is supervised, where it is one node's; null for processes and threads, which may share one. */
  #lineageOf(id: string): string | null {
    const node = this.#hub.tree.nodes.get(id);
    return node?.kind === 'worker' || node?.kind === 'supervisor' ? node.lineage : null;
  }

  async #perform(request: TimedRequest, audience: ActAudience): Promise<ActDocument> {
    const hub = this.#hub;
    const release = hub.watched();
    try {
      await hub.gather();
      // What hangs below a process can be seen only while it lives.
      if (hub.isRoot) hub.others.scan();
      const node = hub.tree.nodes.get(request.node);
      const isOtherLife = request.epoch !== hub.tree.epoch;
      if (!node && !isOtherLife) {
        const head = this.#audit(request, audience.author, request.node, 'no such node');
        throw new PerchError('NO_SUCH_NODE', `There is no node ${request.node} any more`, {
          node: request.node,
          audit: head,
        });
      }
      const target = node ? refOf(node) : { id: request.node, lineage: request.node, incarnation: 0 };
      const tracking = startTracking(request.act, target, monotonicMs());
      hub.ledger.add({
        kind: 'act',
        node: target,
        act: request.act,
        call: request.call,
        author: audience.author,
        reason: request.reason,
      });
      const document =
        !node || isOtherLife
          ? refusal(
              tracking,
              request,
              'GONE',
              'The instance has started anew since; that incarnation is gone.',
            )
          : await carryOut({
              hub,
              suspensions: this.#suspensions,
              node,
              tracking,
              request,
              audience: this.#audited(request, target, audience),
            })
              .then((carriedOut) => withOrphans(hub, carriedOut, remaining(request)))
              .catch((thrown) => {
                const error = asPerchError(thrown);
                return refusal(tracking, request, error.code, error.message);
              });
      const { outcome, words, untouched, budget } = document;
      const audit = this.#audit(request, audience.author, target.lineage, outcome);
      hub.ledger.add({
        kind: 'act-ended',
        node: target,
        act: request.act,
        call: request.call,
        outcome,
        words,
        ...(untouched ? { untouched } : {}),
        ...(budget ? { budget } : {}),
        audit,
      });
      return { ...document, audit };
    } finally {
      release();
    }
  }

  /**
   * Before an act can take the service along, and this hub with it, it stands in the audit log, and its author has the
   * head with it: there may be nobody left to write its outcome or to give a receipt.
   */
  #audited(request: TimedRequest, target: NodeRef, audience: ActAudience): ActAudience {
    const { author } = audience;
    const progress = (step: ActProgress): void => {
      if (step.phase !== 'accepted') return audience.progress(step);
      audience.progress({ ...step, audit: this.#audit(request, author, target.lineage, 'asked') });
    };
    return { ...audience, progress };
  }

  #audit(request: TimedRequest, author: Author, target: string, outcome: string): AuditHead {
    const { act, call, reason } = request;
    return this.#hub.audit.append({ author, act, call, target, reason, outcome });
  }
}

/** Names the processes that an ended one left behind, where that is known before the act's time is up. */
async function withOrphans(hub: Hub, document: ActDocument, timeoutMs: number): Promise<ActDocument> {
  if (document.error) return document;
  const known = hub.others.orphans.below(document.target);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<[]>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, []);
  });
  const left = await Promise.race([known, late]);
  clearTimeout(timer);
  return { ...document, words: document.words + orphanWords(left) };
}

async function carryOut(act: ActUnderWay): Promise<ActDocument> {
  const { hub, node, tracking, request } = act;
  if (node.endedAt !== null && !hasPlace(hub, node, request.act)) {
    return refusal(tracking, request, 'GONE', `#${node.incarnation} of ${node.lineage} has already ended.`);
  }
  switch (request.act) {
    case 'kill':
    case 'stop':
    case 'restart':
      return endOrRestart(act);
    case 'suspend':
      return suspend(act);
    case 'resume':
      return resume(act);
    case 'break':
      return breakLoop(act);
    case 'signal': {
      if (request.signal !== 'SIGKILL') return signal(act);
      const killed = await endOrRestart({ ...act, request: { ...request, act: 'kill' } });
      return { ...killed, act: 'signal' };
    }
    case 'start-child':
      return startChild(act);
    case 'delete':
      return deleteChild(act);
  }
}

/** What has ended and can be acted on all the same: a stopped child in its place, one whose restart is due. */
export function hasPlace(hub: Hub, node: TreeNode, act: Act): boolean {
  if (act === 'stop') return node.status === 'restarting';
  return (act === 'restart' || act === 'delete') && hub.isStoppedChild(node);
}

async function endOrRestart(act: ActUnderWay): Promise<ActDocument> {
  const { hub, node: asked, tracking } = act;
  // A thread or process that hosts a worker is that worker: ending either is one act, decided by its supervisor.
  const node = hub.workerHostedBy(asked) ?? asked;
  if (node !== asked) aimAt(tracking, node);
  const joined = node.kind === 'process' ? null : hub.joinedByProcess(node);
  if (joined) return forward(act, joined, node.id);
  switch (node.kind) {
    case 'process':
      return endProcess({ ...act, node });
    case 'thread':
      return endThread({ ...act, node });
    case 'component':
      throw notToBeActedOn(node);
    case 'supervisor':
    case 'worker':
      return measured({ ...act, node }, askSupervisor);
  }
}
