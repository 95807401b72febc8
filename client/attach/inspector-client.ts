import { get, type RequestOptions } from 'node:http';
import { WebSocket } from 'ws';
import { PerchError } from '../../protocol/errors.ts';

/** One conversation with Node's inspector, over its port. Every question has a deadline. */
export class InspectorClient {
  /** Resolves when the port's side has hung up. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('message', (data) => this.#receive(String(data)));
    // `closed` tells.
    socket.on('error', () => {});
  }

  /** Throws ATTACH_FAILED. */
  static async connect(host: string, port: number, timeoutMs: number): Promise<InspectorClient> {
    const url = await endpoint(host, port, timeoutMs);
    const socket = new WebSocket(url, { handshakeTimeout: timeoutMs, perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (cause) => reject(failed(`The inspector refused: ${cause.message}`, cause)));
    });
    return new InspectorClient(socket);
  }

  /** The value of an expression in the main thread, also inside of what runs there; by value, or as a handle. */
  async evaluate(expression: string, timeoutMs: number): Promise<unknown> {
    return plainValue(await this.#ask('Runtime.evaluate', { expression, returnByValue: true }, timeoutMs));
  }

  /** Evaluates to an object that stays there; the answer names it for `callOn`. */
  async evaluateHandle(expression: string, timeoutMs: number): Promise<string> {
    const { result } = checked(await this.#ask('Runtime.evaluate', { expression }, timeoutMs));
    if (result.objectId === undefined) throw failed('The inspector gave no handle');
    return result.objectId;
  }

  async callOn(objectId: string, method: string, timeoutMs: number): Promise<unknown> {
    const functionDeclaration = `function () { return this.${method}(); }`;
    return plainValue(
      await this.#ask(
        'Runtime.callFunctionOn',
        { objectId, functionDeclaration, returnByValue: true },
        timeoutMs,
      ),
    );
  }

  close(): void {
    this.#socket.terminate();
  }

  #ask(method: string, params: object, timeoutMs: number): Promise<Answer> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        reject(new PerchError('TIMEOUT', `The main thread did not answer within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#asked.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      void this.closed.then(() => {
        clearTimeout(timer);
        reject(failed('The inspector hung up'));
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #receive(text: string): void {
    const answer = JSON.parse(text) as Answer & { id?: number };
    const asked = answer.id === undefined ? undefined : this.#asked.get(answer.id);
    if (!asked) return;
    this.#asked.delete(answer.id!);
    asked(answer);
  }
}

interface Answer {
  result?: Evaluated;
  error?: { message: string };
}

interface Evaluated {
  result: { value?: unknown; objectId?: string };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

function checked({ result, error }: Answer): Evaluated {
  if (error || !result) throw failed(`The inspector refused: ${error?.message ?? 'no result'}`);
  const { exceptionDetails } = result;
  if (exceptionDetails) throw failed(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result;
}

function plainValue(answer: Answer): unknown {
  return checked(answer).result.value;
}

/** Node serves one thread there, and tells the address of its WebSocket. */
async function endpoint(host: string, port: number, timeoutMs: number): Promise<string> {
  const text = await fetchText({ host, port, path: '/json/list', agent: false, timeout: timeoutMs });
  try {
    const [target] = JSON.parse(text) as { webSocketDebuggerUrl?: unknown }[];
    if (typeof target?.webSocketDebuggerUrl === 'string') return target.webSocketDebuggerUrl;
  } catch {
    // Not what an inspector says.
  }
  throw failed(`What listens on ${host}:${port} is no inspector`);
}

function fetchText(options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (cause) => reject(failed(`The inspector does not answer: ${cause.message}`, cause)));
  });
}

function failed(words: string, cause?: unknown): PerchError {
  return new PerchError('ATTACH_FAILED', words, {}, cause);
}
