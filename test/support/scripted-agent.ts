import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { AgentConfig } from '../../agent/config.ts';
import { TRUSTED } from '../../agent/hub/arming.ts';
import { type Listening, startListening } from '../../agent/hub/listen.ts';
import { type Handlers, type Login, serveSession } from '../../agent/hub/session.ts';
import { openSession, type Session, type Target } from '../../client/session.ts';
import { type KeyPair, newKeyPair } from '../../client/ssh/identity.ts';
import { PerchError } from '../../protocol/errors.ts';
import { scriptedHandlers } from './scripted-handlers.ts';
import { temporaryFolder } from './temporary.ts';

export interface ScriptedAgent {
  folder: string;
  /** The port of 127.0.0.1 that it listens on. */
  port: number;
  /** Its local socket. */
  local: string;
  /** What it would have written to stderr. */
  lines: string[];
  /** `SHA256:…`, from the line that says so. */
  hostKey: string;
  /** May observe, inspect and control. */
  ada: KeyPair;
  /** Private keys as files, for OpenSSH; 0600. */
  identityFile(pair: KeyPair): string;
  /** Logs in with `ada` and the pinned host key, or as told. */
  open(target?: Partial<Target>): Promise<Session>;
  listening: Listening;
}

interface Script {
  handlers?: Partial<Handlers>;
  config?: Partial<AgentConfig>;
  onSession?(login: Login): void;
}

/** The agent's listening and serving halves on real sockets, with scripted answers in place of a hub. */
export async function startScriptedAgent(script: Script = {}): Promise<ScriptedAgent> {
  const folder = temporaryFolder();
  const ada = newKeyPair('ada@laptop');
  const lines: string[] = [];
  const config = testConfig(folder, {
    listen: ['127.0.0.1:0'],
    authorizedKeys: `capabilities="observe,inspect,control" ${ada.publicLine}`,
    ...script.config,
  });
  const handlers = scriptedHandlers(script.handlers);
  const wanted = config.listen.length + (config.local ? 1 : 0);
  const listening = await new Promise<Listening>((resolve) => {
    const made = startListening(config, {
      onSession: (stream, login) => {
        script.onSession?.(login);
        serveSession(stream, login, handlers, { arming: TRUSTED });
      },
      onExec: async (command, login) => {
        if (!login.capabilities.includes('observe')) {
          throw new PerchError('CAPABILITY_MISSING', 'This key may not observe');
        }
        return { text: `${command} for ${login.author.name}\n`, exit: 0 };
      },
      // In a later turn: the line that goes with an address is said after it.
      onListening: (addresses) => addresses.length === wanted && setImmediate(() => resolve(made)),
      say: (line) => lines.push(line),
    });
  });
  running.push(listening);
  const port = Number(listening.addresses.find((address) => address.startsWith('127.0.0.1:'))?.split(':')[1]);
  const local = listening.addresses.find((address) => address.includes(config.runtimeDir)) ?? '';
  const hostKey = /SHA256:\S{43}/.exec(lines.join('\n'))?.[0] ?? '';
  return {
    folder,
    port,
    local: local.slice('unix:'.length),
    lines,
    hostKey,
    ada,
    listening,
    identityFile(pair) {
      const file = path.join(folder, `id-${pair.fingerprint.replace(/\W/g, '')}`);
      writeFileSync(file, pair.privateKey, { mode: 0o600 });
      return file;
    },
    open: (target) =>
      openSession({
        address: { kind: 'tcp', host: '127.0.0.1', port },
        login: 'publickey',
        identity: ada.privateKey,
        hostKey: { kind: 'pinned', sha256: hostKey },
        ...target,
      }),
  };
}

export function testConfig(folder: string, config: Partial<AgentConfig>): AgentConfig {
  return {
    service: 'scripted',
    region: 'test',
    instance: null,
    listen: [],
    authorizedKeys: null,
    hostKey: null,
    local: true,
    control: true,
    overheadPercent: 5,
    blackBox: false,
    runtimeDir: path.join(folder, 'run'),
    stateDir: path.join(folder, 'state'),
    problems: [],
    ...config,
  };
}

const running: Listening[] = [];

afterEach(async () => {
  for (const listening of running.splice(0)) await listening.close();
});
