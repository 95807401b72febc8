import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Answer, atom, decode, encode, type Term, tuple } from './etf.ts';
import type { ChildSpec, Scenario, Step, Supervisor } from './scenario.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compiled = path.join(root, '.cache/otp');

/** Runners that are not asleep: more would let each wait for the others, and its clock run on. */
const MAX_AWAKE = 24;
const MAX_AT_ONCE = 2000;

/** What OTP did: for each step what happened, in order; the start of the tree is the first. */
export type Log = string[][];

interface Running {
  resolve(done: { log: Log; lateMs: number }): void;
  isAsleep: boolean;
}

/** One BEAM that runs any number of scenarios at the same time, on OTP's own supervisors. */
export class Beam {
  readonly #process: ChildProcess;
  readonly #out: Writable;
  readonly #running = new Map<number, Running>();
  readonly #waiting: (() => void)[] = [];
  readonly ended: Promise<void>;
  #nextId = 1;
  #awake = 0;
  #bytes: Buffer[] = [];
  #size = 0;
  #coverage: ((answer: Answer) => void) | null = null;

  constructor({ cover }: { cover: boolean }) {
    mkdirSync(compiled, { recursive: true });
    execFileSync('erlc', ['-o', compiled, fileURLToPath(new URL('perch_otp.erl', import.meta.url))], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const flags = ['-noinput', '-noshell', '+S', '1:1', '+sbwt', 'none', '-pa', compiled];
    this.#process = spawn('erl', [...flags, '-run', 'perch_otp', 'main', cover ? 'cover' : 'plain'], {
      cwd: compiled,
      // 0 and 1 are the BEAM's own.
      stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
    });
    this.#out = this.#process.stdio[3] as Writable;
    (this.#process.stdio[4] as Readable).on('data', (bytes: Buffer) => this.#take(bytes));
    this.ended = new Promise((resolve, reject) => {
      this.#process.on('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`the BEAM ended with ${code}, ${this.#running.size} scenarios were running`));
      });
      this.#process.on('error', reject);
    });
  }

  /** `lateMs`: how much longer it took than its waits. */
  async run(scenario: Scenario): Promise<{ log: Log; lateMs: number }> {
    if (this.#isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const id = this.#nextId++;
    this.#awake++;
    const done = new Promise<{ log: Log; lateMs: number }>((resolve) => {
      this.#running.set(id, { resolve, isAsleep: false });
    });
    const plan = scenario.plan.map(({ path: of, attempt, outcome }) =>
      tuple(tuple(of, attempt), atom(outcome)),
    );
    this.#send(tuple(atom('run'), id, supervisorTerm(scenario.root), plan, scenario.steps.map(stepTerm)));
    return Promise.race([done, this.ended.then(() => done)]);
  }

  /** Functions of supervisor.erl with their first lines, and for each line that can be reached whether it was. */
  async coverage(): Promise<{ functions: [string, number, number][]; lines: [number, number][] }> {
    const answer = new Promise<Answer>((resolve) => {
      this.#coverage = resolve;
    });
    this.#send(atom('coverage'));
    const [, functions, lines] = (await answer) as [string, [string, number, number][], [number, number][]];
    return { functions, lines };
  }

  async end(): Promise<void> {
    this.#out.end();
    await this.ended;
  }

  get #isFull(): boolean {
    return this.#awake >= MAX_AWAKE || this.#running.size >= MAX_AT_ONCE;
  }

  #send(term: Term): void {
    const bytes = encode(term);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    this.#out.write(Buffer.concat([size, bytes]));
  }

  #take(bytes: Buffer): void {
    this.#bytes.push(bytes);
    this.#size += bytes.length;
    if (this.#size < 4) return;
    let all = Buffer.concat(this.#bytes);
    while (all.length >= 4 && all.length >= 4 + all.readUInt32BE(0)) {
      const end = 4 + all.readUInt32BE(0);
      this.#answered(decode(all.subarray(4, end)) as Answer[]);
      all = all.subarray(end);
    }
    this.#bytes = [all];
    this.#size = all.length;
  }

  #answered(answer: Answer[]): void {
    if (answer[0] === 'coverage') return this.#coverage?.(answer);
    const [what, id, log, lateMs] = answer as [string, number, string[], number];
    const running = this.#running.get(id)!;
    if (what === 'done') {
      this.#running.delete(id);
      running.resolve({ log: log.map((lines) => (lines === '' ? [] : lines.split('\n'))), lateMs });
    }
    if (!running.isAsleep) {
      running.isAsleep = true;
      this.#awake--;
    }
    while (!this.#isFull && this.#waiting.length > 0) this.#waiting.shift()!();
  }
}

function supervisorTerm(what: Supervisor): Term {
  const strategy = what.strategy === 'dynamic' ? 'simple_one_for_one' : what.strategy;
  return tuple(
    atom('supervisor'),
    atom(strategy),
    what.intensity,
    what.periodS,
    atom(what.autoShutdown),
    what.children.map(childTerm),
  );
}

function childTerm({ id, restart, significant, shutdown, what }: ChildSpec): Term {
  const how = typeof shutdown === 'number' ? shutdown : atom(shutdown);
  const kind = what.kind === 'worker' ? tuple(atom('worker'), atom(what.onStop)) : supervisorTerm(what);
  return tuple(id, atom(restart), significant, how, kind);
}

function stepTerm(step: Step): Term {
  switch (step.do) {
    case 'exit':
      return tuple(atom('exit'), step.path, atom(step.how));
    case 'start-child':
      return tuple(atom('start_child'), step.supervisor, childTerm(step.child));
    case 'terminate-child':
    case 'restart-child':
    case 'delete-child':
      return tuple(atom(step.do.replace('-', '_')), step.supervisor, step.id);
    case 'wait':
      return tuple(atom('wait'), Math.round(step.seconds * 1000));
    case 'align':
      return tuple(atom('align'), step.ms);
    case 'look':
      return tuple(atom('look'), step.supervisor);
    case 'stray':
      return tuple(atom('stray'), step.supervisor);
    case 'suspended':
      return tuple(atom('suspended'), step.supervisor, step.inner.map(stepTerm));
    case 'starting':
      return tuple(atom('starting'), step.path, atom(step.how), step.inner.map(stepTerm));
    case 'stopping':
      return tuple(atom('stopping'), step.path, stepTerm(step.by), step.inner.map(stepTerm));
  }
}
