import { accessSync, constants } from 'node:fs';
import { execa } from 'execa';
import { PerchError } from '../../protocol/errors.ts';
import { scrub } from './secret.ts';

export type Tool = 'wg' | 'wg-quick' | 'ip';

export interface ToolResult {
  readonly isDone: boolean;
  /** Of `wg show … dump` it holds keys: parse it, never show it. */
  readonly stdout: string;
  /** The tool's own words for a failure, keys taken out, one line. */
  readonly words: string;
}

/**
 * Runs one of WireGuard's tools to its end: by absolute path, no shell, an environment of our own, nothing on
 * stdin. Never rejects for a failing tool; throws NOT_ON_THIS_SYSTEM when it is missing and TUNNEL_FAILED when
 * it had to be killed.
 */
export async function runTool(tool: Tool, args: readonly string[], timeoutMs = 10_000): Promise<ToolResult> {
  const running = execa(toolPath(tool), args, {
    // LOG_LEVEL would make wireguard-go keep our pipes for ever, WG_PROCESS_FOREGROUND would make it multiply.
    extendEnv: false,
    env: TOOL_ENV,
    cwd: '/',
    stdin: 'ignore',
    // In a group of its own: Ctrl-C must not stop wg-quick half way, and a deadline reaches what it started.
    detached: true,
    timeout: timeoutMs,
    maxBuffer: 1024 * 1024,
    reject: false,
  });
  const result = await Promise.race([running, deadline(timeoutMs + GRACE_MS)]);
  if (result === 'late' || result.timedOut) {
    killGroup(running.pid);
    throw new PerchError('TUNNEL_FAILED', `${tool} did not finish within ${timeoutMs / 1000} s`, { tool });
  }
  // The result itself (and any error made of it) quotes output and command; only these fields leave.
  return { isDone: result.exitCode === 0, stdout: result.stdout, words: wordsOf(result.stderr) };
}

/** Whether Perch can drive WireGuard here. Throws NOT_ON_THIS_SYSTEM that says what to install. */
export function requireTools(): void {
  if (process.platform !== 'linux') {
    throw new PerchError(
      'NOT_ON_THIS_SYSTEM',
      'Perch brings tunnels up on Linux only. Bring it up with the WireGuard app; Perch uses a tunnel that is up',
      { platform: process.platform },
    );
  }
  for (const tool of ['wg', 'wg-quick', 'ip'] as const) toolPath(tool);
}

const TOOL_FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];

const TOOL_ENV = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  WG_ENDPOINT_RESOLUTION_RETRIES: '1',
} as const;

/** After its timeout a tool gets this long to undo what it began: wg-quick removes its interface on SIGTERM. */
const GRACE_MS = 2000;

function toolPath(tool: Tool): string {
  for (const folder of TOOL_FOLDERS) {
    try {
      accessSync(`${folder}/${tool}`, constants.X_OK);
      return `${folder}/${tool}`;
    } catch {
      // The next folder may have it.
    }
  }
  throw new PerchError(
    'NOT_ON_THIS_SYSTEM',
    `${tool} is not installed. On Debian and Ubuntu: sudo apt-get install wireguard-tools wireguard-go iproute2`,
    { tool, folders: TOOL_FOLDERS },
  );
}

function deadline(ms: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'late' as const).unref());
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** The last lines, where the reason stands, without the commands that wg-quick echoes and wireguard-go's banner. */
function wordsOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !NOISE.test(line));
  return scrub(lines.slice(-3).join('; ')).slice(0, 500);
}

const NOISE = /^\[|[│┌└]|^(?:Error: )?Unknown device type\.?$|^RTNETLINK answers: Operation not supported$/;
