import os from 'node:os';
import path from 'node:path';
import { isMainThread, type Worker } from 'node:worker_threads';
import { type AgentConfig, type AgentOptions, asWorker, isOff, readConfig } from './config.ts';
import { ExitRecord } from './exit-record.ts';
import { HubThread } from './hub-thread.ts';
import { leaveLastWords } from './last-words.ts';
import { switchedOffBy } from './off-switch.ts';
import { underPm2 } from './pm2.ts';
import { discover } from './probe/discovery.ts';
import { Probe } from './probe/probe.ts';
import { startThreadProbe, uninvite } from './probe/thread.ts';
import { randomHex } from './random-hex.ts';
import { registry } from './registry.ts';
import { sayOnStderr } from './say.ts';
import { isWorkerProcess } from './worker-of.ts';

/**
 * Starts the agent in this process, once; further calls do nothing. On a thread other than main it only makes
 * that thread visible. It never throws into the service: what cannot be is said on stderr, or left.
 *
 * The agent stays silent under `PERCH=off` and while its off switch is set (off-switch.ts); where Node's permission model
 * forbids worker threads it says so and is not there.
 */
export function startAgent(options: AgentOptions = {}): void {
  if (!isMainThread) return startThreadProbe();
  const declared = registry();
  if (declared.probe) return;
  if (process.permission && !process.permission.has('worker')) {
    if (!isOff(process.env.PERCH))
      sayOnStderr("perch: no agent: Node's permission model allows no thread (--allow-worker)");
    return;
  }
  const config = readConfig(options, process.env);
  if (config && !switchedOffBy(config)) startWith(config);
}

/** In a process that a supervisor started: joins the hub above, where there is one. */
export function joinIfAsked(): void {
  if (process.env.PERCH_HUB) startAgent();
}

/** On the main thread of a process without an agent. */
export function startWith(settled: AgentConfig): void {
  const config = isWorkerProcess() ? asWorker(settled) : settled;
  const declared = registry();
  const probe = new Probe(declared);
  const isOurs = (worker: Worker) => HubThread.made.has(worker) || HubThread.isMaking;
  const found = discover((message) => probe.tell(message), isOurs);
  probe.observe(found);

  // Children must find the hub from their first line on, so the address is settled here and not by the hub.
  const above = process.env.PERCH_HUB
    ? { socket: process.env.PERCH_HUB, token: process.env.PERCH_TOKEN ?? '' }
    : null;
  const own = {
    socket: path.join(config.runtimeDir, `${process.pid}-${randomHex(4)}.hub`),
    token: randomHex(32),
  };
  const invite = (): void => {
    process.env.PERCH_HUB = own.socket;
    process.env.PERCH_TOKEN = own.token;
  };
  const lastWords = (thrown: unknown): void => leaveLastWords(config.runtimeDir, thrown);
  if (!above) invite();
  else process.on('uncaughtExceptionMonitor', lastWords);

  const exitRecord = new ExitRecord();
  const hub = new HubThread(
    {
      perch: true,
      config,
      above,
      own,
      pulse: probe.pulse.memory,
      pid: process.pid,
      ppid: process.ppid,
      argv: ownArgv(),
      execArgv: process.execArgv,
      cwd: safeCwd(),
      hostname: os.hostname(),
      startedAt: Math.round(Date.now() - process.uptime() * 1000),
      canInspect: !process.permission || process.permission.has('inspector'),
    },
    {
      onStart: (post) => {
        probe.connect(post);
        for (const threadId of found.threadIds()) probe.tell({ t: 'thread-started', threadId, name: null });
      },
      onMessage: (message) => {
        if (message.t === 'is-root') invite();
        else if (message.t === 'black-box') exitRecord.openAt(message.file);
        else if (message.t === 'detached') void detach();
        else probe.receive(message);
      },
      onEnd: () => probe.disconnect(),
    },
  );
  const detach = (): Promise<void> => {
    probe.stop();
    found.stop();
    exitRecord.stop();
    process.off('uncaughtExceptionMonitor', lastWords);
    uninvite();
    return hub.end();
  };
  declared.detach = detach;
  hub.start(null);
}

/** Under PM2 the program that it wraps stands for its wrapper, as it does later on in the service itself. */
function ownArgv(): string[] {
  const [node = '', script, ...more] = process.argv;
  const program = underPm2(script, process.env)?.program ?? script;
  return program === undefined ? [node] : [node, program, ...more];
}

function safeCwd(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
