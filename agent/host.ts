import path from 'node:path';
import { parseArgs } from 'node:util';
import { asPerchError, ERRORS, PerchError } from '../protocol/errors.ts';
import { localFoldersOf } from '../protocol/local-folders.ts';
import { stateDirOf } from './config.ts';
import { type AgentHere, agentsHere } from './host/agents-here.ts';
import { type Places, switches, switchOff, switchOn } from './host/switch.ts';

const USAGE = `perch-agent off | on | status [--json] [--timeout MS] [--state DIR] [--runtime DIR]
For the agents of this user on this machine: \`off\` sets the switch, takes them out of services that go on, and waits
for that (5000 ms); \`on\` takes the switch away: an agent starts with its service, so restart those that are to have one.
Run it as the user that the services run as. Folders are looked for where an agent would; --state and --runtime name
others, as those of a service that was started with other XDG_STATE_HOME and XDG_RUNTIME_DIR (with /perch behind them).`;

/** A service's sockets are gone about a second after the switch was set. */
const LEAVE_MS = 5000;
const LOOK_EVERY_MS = 100;

interface Asked {
  places: Places;
  timeoutMs: number;
}

/** What is said: lines for a person, or the document. */
interface Said {
  lines: string[];
  document: object;
  error?: PerchError;
}

const COMMANDS: Record<string, (asked: Asked) => Promise<Said>> = {
  async off({ places, timeoutMs }) {
    const before = await agentsHere(places.runtime);
    const files = switchOff(places, `Switched off by perch-agent, ${new Date().toISOString()}\n`);
    const there = await untilGone(places, timeoutMs);
    const left = before.filter(({ pid }) => !there.some((each) => each.pid === pid));
    const document = { off: files, left, there };
    const lines = [
      ...files.map((file) => `off: ${file}`),
      ...left.map((agent) => `  ${agentWords(agent)} has left; its service goes on`),
      ...there.map((agent) => `  ${agentWords(agent)} is still there`),
      before.length === 0
        ? 'No agent of this user runs here; none starts from now on.'
        : 'None starts from now on.',
    ];
    if (there.length === 0) return { lines, document };
    const pids = there.map(({ pid }) => pid);
    const words = `Not gone within ${timeoutMs} ms: ${pids.join(', ')}. An agent older than the switch does not know it`;
    return { lines, document, error: new PerchError('TIMEOUT', words, { there: pids }) };
  },

  async on({ places }) {
    const on = switchOn(places);
    const lines = [
      ...on.map((file) => `gone: ${file}`),
      on.length === 0
        ? 'It was not off.'
        : 'An agent starts with its service: restart those that are to have one.',
    ];
    return { lines, document: { on } };
  },

  async status({ places }) {
    const off = switches(places);
    const agents = await agentsHere(places.runtime);
    const lines = [
      ...(off.length === 0 ? ['on'] : off.map((file) => `off: ${file}`)),
      ...agents.map((agent) => `  ${agentWords(agent)} has an agent`),
      ...(agents.length === 0 ? ['  no agent of this user runs here'] : []),
    ];
    return { lines, document: { off, agents } };
  },
};

async function main(words: readonly string[]): Promise<number> {
  const isJson = words.includes('--json');
  try {
    const asked = parse(words);
    if (!asked) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    const { lines, document, error } = await asked.command(asked);
    const whole = error ? { ...document, error: error.toDocument() } : document;
    process.stdout.write(isJson ? `${JSON.stringify(whole)}\n` : `${lines.join('\n')}\n`);
    return error ? complain(error, isJson) : 0;
  } catch (thrown) {
    const error = asPerchError(thrown);
    if (isJson) process.stdout.write(`${JSON.stringify({ error: error.toDocument() })}\n`);
    return complain(error, isJson);
  }
}

function complain(error: PerchError, isJson: boolean): number {
  const { code, message } = error;
  const usage = code === 'BAD_USAGE' ? `${USAGE}\n` : '';
  if (!isJson) process.stderr.write(`perch-agent: ${code}: ${message}\n${usage}`);
  return ERRORS[code].exit;
}

function parse(words: readonly string[]) {
  let parsed: ReturnType<typeof split>;
  try {
    parsed = split(words);
  } catch (thrown) {
    throw new PerchError('BAD_USAGE', (thrown as Error).message);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  const [word = '', ...more] = positionals;
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (!command || more.length > 0) throw new PerchError('BAD_USAGE', 'Expected one of off, on and status');
  const timeoutMs = Number(values.timeout ?? LEAVE_MS);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 0) {
    throw new PerchError('BAD_USAGE', `--timeout takes milliseconds, not ${JSON.stringify(values.timeout)}`);
  }
  for (const name of ['state', 'runtime'] as const) {
    const folder = values[name];
    if (folder === undefined || path.isAbsolute(folder)) continue;
    throw new PerchError('BAD_USAGE', `--${name} takes an absolute path, not ${JSON.stringify(folder)}`);
  }
  const uid = process.getuid?.() ?? 0;
  const runtime = values.runtime ? [{ folder: values.runtime, uid }] : localFoldersOf(process.env, uid);
  return { command, timeoutMs, places: { stateDir: values.state ?? stateDirOf(process.env), runtime } };
}

function split(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      timeout: { type: 'string' },
      state: { type: 'string' },
      runtime: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
}

/** Who has not left by then. */
async function untilGone({ runtime }: Places, timeoutMs: number): Promise<AgentHere[]> {
  for (const until = Date.now() + timeoutMs; ; ) {
    const there = await agentsHere(runtime);
    if (there.length === 0 || Date.now() >= until) return there;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function agentWords({ pid, name }: AgentHere): string {
  return name === '' ? `process ${pid}` : `${name} (${pid})`;
}

void main(process.argv.slice(2)).then((exit) => {
  process.exitCode = exit;
});
