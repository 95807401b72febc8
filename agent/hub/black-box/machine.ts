import { readFileSync, readlinkSync } from 'node:fs';

/** Names one run of the machine; null where the system does not say. */
export function bootId(): string | null {
  return orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

/** The namespace that this process's pids are of: each container has its own. */
export function pidNamespace(): string | null {
  return orNull(() => readlinkSync('/proc/self/ns/pid'));
}

function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
