import { once } from 'node:events';
import { createServer } from 'node:net';
import { PerchError } from '../../protocol/errors.ts';

/** So many are tried before it is said that none is free. */
const TRIES = 200;

/** The first port from `from` on that nobody listens on at 127.0.0.1 and that is not in `taken`; it is then. */
export async function freePort(from: number, taken: Set<number>): Promise<number> {
  for (let port = from; port < from + TRIES; port++) {
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
    taken.delete(port);
  }
  throw new PerchError('CONNECT_FAILED', `No port from ${from} to ${from + TRIES - 1} is free on 127.0.0.1`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
