import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { addressText, type Range } from './address.ts';

/**
 * The name of the interface of an environment's tunnel: made here, never from a file's name. The same for every
 * run, so that a tunnel is found again; 13 characters of the 15 that Linux allows.
 */
export function interfaceName(environment: string): string {
  return `prch-${createHash('sha256').update(environment).digest('hex').slice(0, 8)}`;
}

export function isInterfaceName(name: string): boolean {
  return /^prch-[0-9a-f]{8}$/.test(name);
}

/** The interface that holds all of `addresses` just now, whoever made it; null when none does. Needs no rights. */
export function interfaceWith(addresses: readonly Range[]): string | null {
  const wanted = addresses.map(addressText);
  for (const [name, entries = []] of Object.entries(networkInterfaces())) {
    const held = new Set(entries.map((entry) => entry.address));
    if (wanted.every((address) => held.has(address))) return name;
  }
  return null;
}

/** Whether an interface of that name exists, with or without addresses. Linux. */
export function interfaceExists(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}

/** Bytes of payload through the interface, all peers together: what anybody may read. Null where there is no sysfs. */
export async function interfaceCounters(name: string): Promise<{ rxBytes: number; txBytes: number } | null> {
  const read = async (counter: string) =>
    Number(await readFile(`/sys/class/net/${name}/statistics/${counter}`, 'utf8'));
  try {
    const [rxBytes, txBytes] = await Promise.all([read('rx_bytes'), read('tx_bytes')]);
    return { rxBytes, txBytes };
  } catch {
    return null;
  }
}
