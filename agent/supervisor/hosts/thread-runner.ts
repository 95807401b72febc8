import { isMainThread, type MessagePort, workerData } from 'node:worker_threads';
import { startThreadProbe } from '../../probe/thread.ts';
import { joinIfAsked } from '../../start.ts';
import type { StartNote, ToRunner } from './notes.ts';
import { serveProcess } from './process-line.ts';
import { serve } from './runner.ts';

/**
 * The code of a thread that hosts a worker, built into one text: it needs no file at run time but the worker's
 * module. In a process of its own it is the runner of a bundled service, which has no process-runner.cjs.
 */
if (isMainThread) {
  joinIfAsked();
  serveProcess();
} else {
  startThreadProbe();
  serveThread(workerData as { perch: StartNote; port: MessagePort });
}

function serveThread({ perch: start, port }: { perch: StartNote; port: MessagePort }): void {
  const { take } = serve(start, {
    send: (note) => port.postMessage(note),
    end: (code) => process.exit(code),
  });
  // It also keeps the thread alive while its worker only waits.
  port.on('message', (note: ToRunner) => take(note));
}
