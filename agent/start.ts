import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { isMainThread, type Worker } from 'node:worker_threads';
import { type AgentConfig, type AgentOptions, readConfig } from './config.ts';
import { ExitRecord } from './exit-record.ts';
import { HubThread } from './hub-thread.ts';
import { leaveLastWords } from './last-words.ts';
import { discover, type Found } from './probe/discovery.ts';
import { Probe } from './probe/probe.ts';
import { startThreadProbe } from './probe/thread.ts';
import { registry } from './registry.ts';

/**
 * Starts the agent in this process, once; further calls do nothing. On a thread other than main it only makes
 * that thread visible. It never throws into the service: what cannot be is said on stderr, or left.
 *
 * The agent stays silent under `PERCH=off`, and where Node's permission model forbids worker threads.
 */
export function startAgent(options: AgentOptions = {}): void {
  if (!isMainThread) return startThreadProbe();
  const declared = registry();
  if (declared.probe) return;
  if (process.permission && !process.permission.has('worker')) return;
  const config = readConfig(options, process.env);
  if (!config) return;
  start(config);
}

/** In a process that a supervisor started: joins the hub above, where there is one. */
export function joinIfAsked(): void {
  if (process.env.PERCH_HUB) startAgent();
}

function start(config: AgentConfig): void {
  const declared = registry();
  let found: Found | null = null;
  const probe = new Probe(
    declared,
    (threadId) => found?.terminate(threadId) ?? false,
    () => found?.sweep(),
  );
  const isOurs = (worker: Worker) => HubThread.made.has(worker) || HubThread.isMaking;
  found = discover((message) => probe.tell(message), isOurs);

  // Children must find the hub from their first line on, so the address is settled here and not by the hub.
  const above = process.env.PERCH_HUB
    ? { socket: process.env.PERCH_HUB, token: process.env.PERCH_TOKEN ?? '' }
    : null;
  const own = {
    socket: path.join(config.runtimeDir, `${process.pid}-${randomBytes(4).toString('hex')}.hub`),
    token: randomBytes(32).toString('hex'),
  };
  const invite = (): void => {
    process.env.PERCH_HUB = own.socket;
    process.env.PERCH_TOKEN = own.token;
  };
  if (!above) invite();
  else process.on('uncaughtExceptionMonitor', (thrown) => leaveLastWords(config.runtimeDir, thrown));

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
      argv: process.argv,
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
        else probe.receive(message);
      },
      onEnd: () => probe.disconnect(),
    },
  );
  hub.start(null);
}

function safeCwd(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
