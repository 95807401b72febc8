import { type Handover, registry } from '../../registry.ts';
import { Context, type ContextHome, type Envelope, isAbort } from '../context.ts';
import { describeThrown } from '../exit.ts';
import { loadRun } from './load-run.ts';
import type { FromRunner, StartNote, ToRunner } from './notes.ts';

/** How a runner speaks with its supervisor, and ends. */
export interface Line {
  send(note: FromRunner): void;
  /** Ends the thread or process once what was sent has left. */
  end(code: number): void;
}

/** Runs one worker on its own thread or in its own process. Give `take` every note that arrives. */
export function serve(start: StartNote, line: Line): { take(note: ToRunner): void; orphaned(): void } {
  const home = new RunnerHome(start, line);
  const context = new Context(home);
  let isEnding = false;
  let isOrphaned = false;
  const end = (note: FromRunner, code: number): void => {
    if (isEnding) return;
    isEnding = true;
    sendSafely(line, note);
    context.end('exited');
    // Nobody hears how it ended. Where the supervisor still is (the worker closed the channel), it is a crash.
    line.end(isOrphaned ? 1 : code);
  };
  if (start.beatMs !== null) registry().onHold = (forMs) => sendSafely(line, { perch: 'held', forMs });
  home.crash = (thrown) => end(failed(thrown), 1);
  void run(start, context, home).then(
    () => end({ perch: 'done' }, 0),
    (thrown) => end(failed(thrown), 1),
  );
  return {
    take: (note) => {
      if (note.perch === 'stop') context.tell('shutdown');
      else if (note.perch === 'mail') context.receive(note.mail);
    },
    orphaned: () => {
      isOrphaned = true;
      context.tell('shutdown');
      setTimeout(() => line.end(1), start.graceMs);
    },
  };
}

async function run(start: StartNote, context: Context, home: RunnerHome): Promise<void> {
  const body = await loadRun(start.module);
  const result = body(context);
  if (!start.isReadyExplicit) home.becomeReady();
  await result;
}

class RunnerHome implements ContextHome {
  readonly id: string;
  readonly lineage: string;
  readonly incarnation: number;
  readonly args: unknown;
  crash: (thrown: unknown) => void = () => {};
  readonly #line: Line;
  readonly #beatMs: number | null;
  #beatAt = 0;

  constructor(start: StartNote, line: Line) {
    this.id = start.id;
    this.lineage = start.lineage;
    this.incarnation = start.incarnation;
    this.args = start.args;
    this.#line = line;
    this.#beatMs = start.beatMs;
  }

  /** The worker's node is declared in its supervisor's thread; what it shows lies here. */
  handOver(what: Handover): void {
    const own = registry();
    own.hosted = { ...own.hosted, ...what };
    own.observer?.hostedChanged();
  }

  becomeReady(): void {
    this.#line.send({ perch: 'ready' });
  }

  /** Also from within a busy loop: notes leave at once. */
  beat(): void {
    if (this.#beatMs === null) return;
    const nowMs = performance.now();
    if (nowMs - this.#beatAt < this.#beatMs) return;
    this.#beatAt = nowMs;
    this.#line.send({ perch: 'beat' });
  }

  send(envelope: Envelope): void {
    this.#line.send({ perch: 'heard', envelope });
  }
}

export function failed(thrown: unknown): FromRunner {
  return { perch: 'failed', ...describeThrown(thrown), isAbort: isAbort(thrown), error: thrown };
}

/** What was thrown goes along where it can be cloned; its description always does. */
function sendSafely(line: Line, note: FromRunner): void {
  try {
    line.send(note);
  } catch {
    if ('error' in note) line.send({ ...note, error: undefined });
  }
}
