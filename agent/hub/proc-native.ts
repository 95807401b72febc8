import { readFileSync, readlinkSync } from 'node:fs';

/**
 * What a thread of this process waits for outside JavaScript, in words: `read fd 22 → pipe:[1234]`,
 * `futex (futex_wait_queue)`, `running native code`. Null when it is not known: not Linux, or /proc hides it.
 * `tid` is the system's thread id; the main thread's is the pid.
 */
export function describeNative(tid: number, proc = '/proc/self'): string | null {
  const task = `${proc}/task/${tid}`;
  const [number, firstArgument] = readText(`${task}/syscall`).split(' ');
  if (!number) return null;
  if (number === 'running') return 'running native code';
  // Not inside a call: stopped, or waiting for a page.
  if (number === '-1') return stateWords(readText(`${task}/stat`));
  const call = SYSCALLS[number];
  const channel = readText(`${task}/wchan`);
  const waits = channel && channel !== '0' ? ` (${channel})` : '';
  const name = call?.name ?? `system call ${number}`;
  if (!call?.namesFd || firstArgument === undefined) return `${name}${waits}`;
  const fd = Number(firstArgument);
  const target = readLink(`${proc}/fd/${fd}`);
  return `${name} fd ${fd}${target === null ? '' : ` → ${target}`}${waits}`;
}

function stateWords(stat: string): string | null {
  switch (stat.slice(stat.lastIndexOf(')') + 2)[0]) {
    case 'T':
    case 't':
      return 'stopped by a signal or a debugger';
    case 'D':
      return 'waiting inside the kernel';
    default:
      return null;
  }
}

interface Syscall {
  name: string;
  /** Its first argument is a file descriptor. */
  namesFd: boolean;
}

/** Calls that a stuck thread is found in, by the kernel's numbers: `name:number`, with `@` when an fd comes first. */
const BY_ARCH: Partial<Record<NodeJS.Architecture, string>> = {
  x64:
    'read@0 write@1 poll:7 pread64@17 pwrite64@18 readv@19 writev@20 select:23 nanosleep:35 connect@42 accept@43 ' +
    'sendto@44 recvfrom@45 sendmsg@46 recvmsg@47 wait4:61 fcntl@72 flock@73 fsync@74 fdatasync@75 futex:202 ' +
    'clock_nanosleep:230 epoll_wait@232 waitid:247 openat:257 ppoll:271 splice@275 epoll_pwait@281 accept4@288 ' +
    'copy_file_range@326 io_uring_enter@426 epoll_pwait2@441',
  arm64:
    'epoll_pwait@22 fcntl@25 flock@32 openat:56 read@63 write@64 readv@65 writev@66 pread64@67 pwrite64@68 ppoll:73 ' +
    'splice@76 fsync@82 fdatasync@83 waitid:95 futex:98 nanosleep:101 clock_nanosleep:115 accept@202 connect@203 ' +
    'sendto@206 recvfrom@207 sendmsg@211 recvmsg@212 accept4@242 wait4:260 copy_file_range@285 io_uring_enter@426 ' +
    'epoll_pwait2@441',
};

const SYSCALLS: Record<string, Syscall> = Object.fromEntries(
  [...(BY_ARCH[process.arch] ?? '').matchAll(/(\w+)([:@])(\d+)/g)].map(([, name, mark, number]) => [
    number!,
    { name: name!, namesFd: mark === '@' },
  ]),
);

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1').trim();
  } catch {
    return '';
  }
}

function readLink(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null;
  }
}
