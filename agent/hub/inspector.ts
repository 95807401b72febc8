import inspector from 'node:inspector';
import { PerchError } from '../../protocol/errors.ts';
import { inTime } from './in-time.ts';

/**
 * Evaluates in a thread of this process from the hub's own thread, also while that thread is inside a busy
 * function. One session a question, closed after it: open sessions print at process exit, and the Debugger
 * domain (never enabled here) would slow every `await` of the service.
 */
export async function evaluate(threadId: number, expression: string, timeoutMs: number): Promise<unknown> {
  return withSession(timeoutMs, (session) =>
    threadId === 0 ? evaluateInMain(session, expression) : evaluateInWorker(session, threadId, expression),
  );
}

/**
 * Ends what a thread of this process runs just now, with an error that nobody can catch; its loop goes on where that
 * returns to a place that bears it (inspect/break-danger.ts).
 */
export async function terminateExecution(threadId: number, timeoutMs: number): Promise<void> {
  await withSession(timeoutMs, async (session) => {
    if (threadId === 0) await post(session, 'Runtime.terminateExecution');
    else await askWorker(session, threadId, 'Runtime.terminateExecution', {});
  });
}

/** Names of the threads that Node knows in this process, by threadId; nested ones too. Null: it was given none. */
export async function threadNames(timeoutMs: number): Promise<Map<number, string | null>> {
  return withSession(timeoutMs, async (session) => {
    const names = new Map<number, string | null>();
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      const title = parseTitle(params.workerInfo.title);
      if (title) names.set(title.threadId, title.name);
    });
    await post(session, 'NodeWorker.enable', { waitForDebuggerOnStart: false });
    await post(session, 'NodeWorker.disable');
    return names;
  });
}

/** Terminates a thread by main's (or another supervising thread's) probe, while that thread's loop is stuck. */
export async function terminateByInspector(parentThreadId: number, threadId: number): Promise<void> {
  const ask = `globalThis[Symbol.for('perch.agent')].probe.answerText('terminate', '{"threadId":${threadId}}')`;
  await evaluate(parentThreadId, ask, 2000);
}

/** When the last session was closed. A hub that exits within 100 ms of it aborts the process (Node bug). */
export let lastSessionAt = 0;

let isAllowed = true;

/** Under the permission model connectToMainThread aborts the whole process: then no session is ever opened. */
export function forbidInspector(): void {
  isAllowed = false;
}

async function withSession<T>(
  timeoutMs: number,
  use: (session: inspector.Session) => Promise<T>,
): Promise<T> {
  if (!isAllowed) {
    throw new PerchError('NO_INSPECTOR', 'The permission model keeps the inspector closed in this service');
  }
  const session = new inspector.Session();
  session.connectToMainThread();
  try {
    return await inTime(use(session), timeoutMs, 'The thread is in native code and did not answer');
  } finally {
    session.disconnect();
    lastSessionAt = Date.now();
  }
}

interface Evaluated {
  result: { value?: unknown };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

async function evaluateInMain(session: inspector.Session, expression: string): Promise<unknown> {
  return unwrap((await post(session, 'Runtime.evaluate', { expression, returnByValue: true })) as Evaluated);
}

async function evaluateInWorker(
  session: inspector.Session,
  threadId: number,
  expression: string,
): Promise<unknown> {
  const params = { expression, returnByValue: true };
  return unwrap((await askWorker(session, threadId, 'Runtime.evaluate', params)) as Evaluated);
}

/** Workers are reached through main's NodeWorker domain; its workerId is not the threadId, the title is. */
async function askWorker(
  session: inspector.Session,
  threadId: number,
  method: string,
  params: object,
): Promise<unknown> {
  const answer = new Promise<unknown>((resolve) => {
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const message = JSON.parse(params.message) as { id?: number; result?: unknown };
      if (message.id === 1 && message.result) resolve(message.result);
    });
  });
  let sessionId: string | null = null;
  session.on('NodeWorker.attachedToWorker', ({ params }) => {
    if (parseTitle(params.workerInfo.title)?.threadId === threadId) sessionId = params.sessionId;
  });
  await post(session, 'NodeWorker.enable', { waitForDebuggerOnStart: false });
  try {
    if (sessionId === null) throw new PerchError('GONE', `There is no thread ${threadId} any more`);
    await post(session, 'NodeWorker.sendMessageToWorker', {
      sessionId,
      message: JSON.stringify({ id: 1, method, params }),
    });
    return await answer;
  } finally {
    session.post('NodeWorker.disable');
  }
}

function unwrap({ result, exceptionDetails }: Evaluated): unknown {
  if (exceptionDetails) {
    const words = exceptionDetails.exception?.description ?? exceptionDetails.text;
    throw new PerchError('INTERNAL', `The question failed in the thread: ${words}`);
  }
  return result.value;
}

function post(session: inspector.Session, method: string, params?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** `[worker 3] name`, or `Worker 3` where it has no name. */
function parseTitle(title: string): { threadId: number; name: string | null } | null {
  const match = /^\[?worker (\d+)\]?\s*(.*)$/i.exec(title);
  if (!match) return null;
  const name = match[2]?.trim() ?? '';
  return { threadId: Number(match[1]), name: name === '' || name === 'WorkerThread' ? null : name };
}
