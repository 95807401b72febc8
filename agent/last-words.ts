import { lstatSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Thrown } from './probe/messages.ts';
import { monotonicMs } from './registry.ts';
import { describeThrown } from './supervisor/exit.ts';

/**
 * The error that ends a child process, left for the hub above: the child's own hub dies within the same
 * millisecond and can no longer tell. A file of its pid in the user's private directory, written in one go.
 */
export function leaveLastWords(runtimeDir: string, thrown: unknown): void {
  try {
    // Somebody handles it: it is not what ends the process, as far as can be known.
    if (process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback())
      return;
    if (!isPrivate(runtimeDir)) return;
    const text = JSON.stringify({ ...describeThrown(thrown), t: monotonicMs() });
    // `wx`: never through a link, never over anything.
    writeFileSync(fileOf(runtimeDir, process.pid), text, { flag: 'wx', mode: 0o600 });
  } catch {
    // Its exit code remains.
  }
}

/** Older ones are about something that did not end the process, or about another one of that pid. */
const FRESH_MS = 2000;
const MAX_BYTES = 64 * 1024;

/** Reads and removes what a process that has just ended left; null where it left nothing. */
export function takeLastWords(runtimeDir: string, pid: number, nowMs = monotonicMs()): Thrown | null {
  const file = fileOf(runtimeDir, pid);
  try {
    const stat = lstatSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES || !isPrivate(runtimeDir)) return null;
    const text = readFileSync(file, 'utf8');
    unlinkSync(file);
    const { reason, stack, t } = JSON.parse(text) as Record<string, unknown>;
    const isFresh = typeof t === 'number' && nowMs - t < FRESH_MS;
    if (!isFresh || typeof reason !== 'string') return null;
    return { reason, stack: typeof stack === 'string' ? stack : null };
  } catch {
    return null;
  }
}

function fileOf(runtimeDir: string, pid: number): string {
  return path.join(runtimeDir, `${pid}.last`);
}

function isPrivate(directory: string): boolean {
  const { uid, mode } = statSync(directory);
  return (mode & 0o077) === 0 && (!process.getuid || uid === process.getuid());
}
