import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import type { openSession } from '../session.ts';
import { CLOSE, injection, type Settled, WHO } from './injection.ts';
import { InspectorClient } from './inspector-client.ts';
import { type Listener, listenersOf } from './listeners.ts';
import type { AttachPlan } from './plan.ts';
import { isStill } from './process-facts.ts';
import { forgetSignal, noteSignal } from './signalled.ts';
import { untilAnswers } from './until-answers.ts';

/** What became of a plan. */
export interface Attached {
  pid: number;
  /** The local socket of its agent. */
  path: string;
  info: InstanceInfo;
  /** The loop stood still: the agent was put in within what it ran. */
  wasStuck: boolean;
  /** How long Node's inspector was open. */
  inspectorMs: number;
  tookMs: number;
}

export interface AttachEdges {
  open: typeof openSession;
  /** The text of the agent's bundle (agent/dist/attach.cjs). */
  readAgent(): Promise<string>;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Each step as it begins, in words. */
  onStep?(words: string): void;
}

const LOOK_EVERY_MS = 5;

/** A loop that has not come to turn by then stands still, as far as this goes. */
const TURN_MS = 300;

/** Its thread answers, whatever the main one does. */
const CONNECT_MS = 3000;

/** How long Node may take to close its port: it ends a thread that has nothing else to do. */
const CLOSE_MS = 3000;

/**
 * Carries out a plan: SIGUSR1, the agent in, the inspector closed, the agent's own socket answers. Whatever happens once
 * the inspector is open, it is closed again. Throws ATTACH_FAILED, which says what is left, ALREADY_OBSERVED, AGENT_OFF,
 * PERMISSION_MODEL, NODE_TOO_OLD, GONE, CANCELLED.
 */
export async function attach(plan: AttachPlan, edges: AttachEdges): Promise<Attached> {
  const { pid } = plan;
  const { onStep = () => {}, signal } = edges;
  const began = performance.now();
  const deadline = began + (edges.timeoutMs ?? LIMITS.callMs);
  const code = await edges.readAgent();
  const before = new Set((await listenersOf(pid)).map(({ inode }) => inode));
  if (!(await isStill(plan))) throw new PerchError('GONE', `Process ${pid} has ended`, { pid });
  if (signal?.aborted) throw new PerchError('CANCELLED', 'Nothing was done');

  if (!plan.isSignalled) {
    onStep(`SIGUSR1 to process ${pid}`);
    await noteSignal(plan);
    process.kill(pid, 'SIGUSR1');
  }
  const door = await untilOpen(plan, plan.isSignalled ? new Set() : before, deadline);
  const openedAt = performance.now();
  onStep(`the inspector is open on ${door.host}:${door.port}; the agent goes in`);
  const settled = await throughDoor(plan, door, (client) => inject(client, code, plan, deadline));
  await forgetSignal(plan);
  const inspectorMs = performance.now() - openedAt;
  onStep('the inspector is closed again');
  check(settled, pid);
  const { path: socket, info } = await untilAnswers(settled, plan, edges, deadline);
  return {
    pid,
    path: socket,
    info,
    wasStuck: settled.inside,
    inspectorMs,
    tookMs: performance.now() - began,
  };
}

/** The port that the process itself has opened since: never one that somebody else holds. */
async function untilOpen(plan: AttachPlan, before: ReadonlySet<string>, deadline: number): Promise<Listener> {
  const { pid, inspector } = plan;
  while (performance.now() < deadline) {
    const fresh = (await listenersOf(pid)).filter(({ inode }) => !before.has(inode));
    const door = fresh.find(({ port }) => inspector.port === 0 || port === inspector.port);
    if (door) return door;
    if (!(await isStill(plan))) {
      throw new PerchError('ATTACH_FAILED', `Process ${pid} ended at SIGUSR1: it was no longer taken there`, {
        pid,
      });
    }
    await pause(LOOK_EVERY_MS);
  }
  throw new PerchError(
    'ATTACH_FAILED',
    `Process ${pid} was sent SIGUSR1 and opened no inspector on port ${inspector.port}. If it is inside of a native call, that opens ` +
      'when the call returns, and stays open: attach again then. If it handles the signal by itself, its handler ran',
    { pid, port: inspector.port },
  );
}

/** Closes the inspector whatever came of the conversation, and looks whether nobody listens there any more. */
async function throughDoor<T>(
  { pid }: AttachPlan,
  door: Listener,
  talk: (client: InspectorClient) => Promise<T>,
): Promise<T> {
  let client: InspectorClient | null = null;
  try {
    client = await InspectorClient.connect(door.host, door.port, CONNECT_MS);
    return await talk(client);
  } finally {
    await closeInspector(pid, door, client);
  }
}

async function inject(
  client: InspectorClient,
  code: string,
  { pid }: AttachPlan,
  deadline: number,
): Promise<Settled> {
  const left = () => Math.max(1, deadline - performance.now());
  const who = (await client.evaluate(WHO, left())) as { pid: number; node: string; hasAgent: boolean };
  if (who.pid !== pid) {
    throw new PerchError('ATTACH_FAILED', `That inspector is the one of process ${who.pid}`, { pid });
  }
  if (who.hasAgent) return { outcome: 'present', inside: false };
  if (isTooOld(who.node)) {
    const words = `Process ${pid} runs Node ${who.node}; nothing was put into it`;
    throw new PerchError('NODE_TOO_OLD', words, { pid, node: who.node });
  }
  const handle = await client.evaluateHandle(injection(code, Date.now() + left()), left());
  return untilSettled(client, handle, left);
}

async function untilSettled(client: InspectorClient, handle: string, left: () => number): Promise<Settled> {
  const turnsUntil = performance.now() + TURN_MS;
  for (;;) {
    const method = performance.now() < turnsUntil ? 'settled' : 'inside';
    const settled = (await client.callOn(handle, method, left())) as Settled | null;
    if (settled) return settled;
    if (left() <= 1) {
      throw new PerchError(
        'ATTACH_FAILED',
        'There was no place to put the agent in; it is not done later either',
      );
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function closeInspector(pid: number, door: Listener, open: InspectorClient | null): Promise<void> {
  const isOpen = async () => (await listenersOf(pid)).some(({ inode }) => inode === door.inode);
  const deadline = performance.now() + CLOSE_MS;
  let why = '';
  try {
    const client = open ?? (await InspectorClient.connect(door.host, door.port, CLOSE_MS));
    // It hangs up instead of an answer.
    await Promise.race([client.evaluate(CLOSE, CLOSE_MS).catch(() => {}), client.closed]);
    client.close();
  } catch (thrown) {
    why = `: ${asPerchError(thrown).message}`;
  }
  while (await isOpen()) {
    if (performance.now() > deadline) {
      throw new PerchError(
        'ATTACH_FAILED',
        `The inspector of process ${pid} is still open on ${door.host}:${door.port}${why}. Any user of this computer may use it`,
        { pid, port: door.port },
      );
    }
    await pause(LOOK_EVERY_MS);
  }
}

function check(settled: Settled, pid: number): asserts settled is Extract<Settled, { outcome: 'attached' }> {
  const words = `Process ${pid} was left as it is`;
  switch (settled.outcome) {
    case 'attached':
      return;
    case 'present':
      throw new PerchError('ALREADY_OBSERVED', `${words}: it has an agent`, { pid });
    case 'off':
      throw new PerchError('AGENT_OFF', `${words}: Perch is switched off in it`, { pid });
    case 'denied':
      throw new PerchError('PERMISSION_MODEL', `${words}: its permission model keeps the agent out`, { pid });
    case 'failed':
      throw new PerchError('ATTACH_FAILED', `The agent did not start in process ${pid}: ${settled.words}`, {
        pid,
      });
  }
}

/** What the agent is built for. */
function isTooOld(node: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  return major < 20 || (major === 20 && minor < 19);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
