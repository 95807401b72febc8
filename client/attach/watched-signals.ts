import { type FileHandle, open, readFile } from 'node:fs/promises';
import { findSymbol } from './elf-symbol.ts';

/**
 * libuv's own list of the signals it watches: the root of a tree of handles. Where Clang builds Node (26) it takes the
 * structure apart, and calls its one field so.
 */
const TREE = ['uv__signal_tree', 'uv__signal_tree.0'];

/** Places in a `uv_signal_t` of 64 bits (uv.h, uv/unix.h). libuv keeps them over all of its 1.x. */
const SIGNUM = 104;
const LEFT = 112;
const RIGHT = 120;
const HANDLE_BYTES = 128;

const MAX_HANDLES = 4096;

/**
 * The signals that a Node process has listeners for in JavaScript. The kernel tells that SIGUSR1 is handled, not by
 * whom: Node itself handles it, too. So this looks where libuv keeps them, in the memory of the process, which is read and
 * not touched. Null where that cannot be seen: the system keeps memory from this user, or the program has no symbols.
 */
export async function watchedSignals(pid: number): Promise<ReadonlySet<number> | null> {
  let memory: FileHandle | null = null;
  try {
    const root = await treeOf(pid);
    if (root === null) return null;
    memory = await open(`/proc/${pid}/mem`, 'r');
    return await walk(memory, root);
  } catch {
    return null;
  } finally {
    await memory?.close();
  }
}

/** The address of the root of its tree. */
async function treeOf(pid: number): Promise<number | null> {
  const program = await open(`/proc/${pid}/exe`, 'r');
  try {
    const symbol = await findSymbol(program, TREE);
    if (!symbol) return null;
    return symbol.isRelative ? symbol.address + (await loadedAt(pid)) : symbol.address;
  } finally {
    await program.close();
  }
}

/** The first mapping is the program's own, from its first byte on. */
async function loadedAt(pid: number): Promise<number> {
  const maps = await readFile(`/proc/${pid}/maps`, 'latin1');
  return Number.parseInt(maps, 16);
}

/** The process goes on meanwhile: what does not look like such a tree is none, and is not guessed at. */
async function walk(memory: FileHandle, root: number): Promise<Set<number> | null> {
  const signals = new Set<number>();
  const waiting = [pointer(await read(memory, root, 8), 0)];
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen > MAX_HANDLES) return null;
    const handle = waiting.pop()!;
    if (handle === 0) continue;
    const bytes = await read(memory, handle, HANDLE_BYTES);
    const signal = bytes.readInt32LE(SIGNUM);
    if (signal < 1 || signal > 64) return null;
    signals.add(signal);
    waiting.push(pointer(bytes, LEFT), pointer(bytes, RIGHT));
  }
  return signals;
}

/** An address of a program is below 2^47: a number holds it. */
function pointer(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

async function read(memory: FileHandle, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await memory.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw new Error('the memory ends there');
  return buffer;
}
