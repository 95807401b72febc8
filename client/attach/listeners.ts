import { readdir, readFile, readlink } from 'node:fs/promises';

/** A TCP socket that is listened on, in the network of a process. */
export interface Listener {
  host: string;
  port: number;
  inode: string;
}

/** All of the network that the process is in, whoever listens. */
export async function listenersNear(pid: number): Promise<Listener[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '')),
  );
  return tables.flatMap(parseTable);
}

/** Those that the process itself has open. */
export async function listenersOf(pid: number): Promise<Listener[]> {
  const [near, inodes] = await Promise.all([listenersNear(pid), socketsOf(pid)]);
  return near.filter(({ inode }) => inodes.has(inode));
}

/** The kernel's LISTEN. */
const LISTEN = '0A';

/** Lines of `/proc/net/tcp`: `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. */
export function parseTable(text: string): Listener[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [address = '', port] = (fields[1] ?? '').split(':');
      if (fields[3] !== LISTEN || port === undefined) return [];
      return { host: hostOf(address), port: Number.parseInt(port, 16), inode: fields[9]! };
    });
}

/** Words of 32 bits, each in the byte order of the machine: little-endian wherever Node is built for Linux but s390x. */
function hostOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)?.flatMap((word) => (word.match(/../g) ?? []).toReversed()) ?? [];
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const mapped = bytes.slice(0, 12).join('') === '00000000000000000000ffff'.toUpperCase();
  if (mapped)
    return bytes
      .slice(12)
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
  const groups = bytes.join('').match(/.{4}/g) ?? [];
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

async function socketsOf(pid: number): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder).catch(() => [])).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')),
  );
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
