import { isNote, type ToRunner } from './notes.ts';
import { failed, serve } from './runner.ts';

/** Serves the worker that the parent names over IPC. Ends with the parent: nobody is left to supervise it. */
export function serveProcess(): void {
  let runner: ReturnType<typeof serve> | null = null;
  process.on('message', (message) => {
    if (!isNote<ToRunner>(message)) return;
    if (message.perch === 'start') runner ??= serve(message, { send, end });
    else runner?.take(message);
  });
  process.on('disconnect', () => (runner ? runner.orphaned() : process.exit(1)));
  // Ctrl-C reaches every process of a terminal. What this one does about it is its supervisor's decision.
  process.on('SIGINT', () => {});
  // Only to say why: Node ends the process itself, as it would without this.
  process.on('uncaughtExceptionMonitor', (thrown) => {
    try {
      send(failed(thrown));
    } catch {
      // It cannot be cloned, or the parent is gone; the exit code remains.
    }
  });
}

function send(note: Parameters<Parameters<typeof serve>[1]['send']>[0]): void {
  if (process.connected) process.send!(note);
}

function end(code: number): void {
  if (!process.connected) process.exit(code);
  // Messages leave in order: when this one has left, all have.
  process.send!({ perch: 'end' }, () => process.exit(code));
}
