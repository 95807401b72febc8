import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import runnerCode from '../../dist/thread-runner.cjs?raw';
import { type Ending, HostedLife } from './hosted.ts';
import type { FromRunner, StartNote, ToRunner } from './notes.ts';

/**
 * A worker on a thread of its own. A kill is `terminate()`: it ends a busy loop too, and waits for a native call
 * to return. The thread is a part of the service, so it keeps the process alive as any Worker does.
 */
export class ThreadLife extends HostedLife {
  #worker: Worker | null = null;
  #port: MessagePort | null = null;

  protected launch(note: StartNote): void {
    // A channel of its own, so that the module may use parentPort for itself.
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const worker = new Worker(runnerCode, {
      eval: true,
      name: note.lineage,
      workerData: { perch: note, port: port2 },
      transferList: [port2],
      resourceLimits: this.spec.resourceLimits,
    });
    this.#worker = worker;
    port1.on('message', (message: FromRunner) => this.noted(message));
    port1.unref();
    const ending: Ending = { code: null };
    worker.on('error', (error: Error & { code?: string }) => {
      ending.error = error;
    });
    worker.on('exit', (code) => {
      // What it said last may still be on its way.
      for (let left = receiveMessageOnPort(port1); left; left = receiveMessageOnPort(port1)) {
        this.noted(left.message as FromRunner);
      }
      port1.close();
      ending.code = code;
      this.ended(ending);
    });
    this.incarnation.runs({ threadId: worker.threadId });
  }

  protected terminate(): boolean {
    if (this.#worker) void this.#worker.terminate();
    else this.#port?.close();
    return this.#worker !== null;
  }

  protected tell(note: ToRunner): void {
    this.#port?.postMessage(note);
  }

  protected insist(): void {}
}
