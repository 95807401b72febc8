import net from 'node:net';
import type { Duplex, Readable, Writable } from 'node:stream';
import { PerchError } from '../../protocol/errors.ts';
import type { Door } from './find-door.ts';

/** What the bridge stands between: its own stdin and stdout. */
export interface Sides {
  input: Readable;
  output: Writable;
}

/**
 * Carries bytes between stdin, stdout and the socket, until either side ends. It looks at none of them. The socket is
 * opened when the first byte has come: an agent gives a login a few seconds only, and the way to here may be long.
 * Resolves when the other side has ended; throws CONNECT_FAILED.
 */
export async function bridge({ file }: Door, { input, output }: Sides): Promise<void> {
  if (!(await hasBytes(input))) return;
  const socket = await open(file);
  await new Promise<void>((resolve) => {
    const over = () => {
      socket.destroy();
      resolve();
    };
    // Whoever reads here has gone, or whoever listens there: half a connection is none.
    for (const side of [input, output, socket] as (Readable | Writable | Duplex)[]) side.on('error', over);
    socket.on('close', () => output.end(over));
    socket.pipe(output, { end: false });
    input.pipe(socket);
  });
}

/** False when it ends without one. */
function hasBytes(input: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    input.once('readable', () => resolve(input.readableLength > 0));
    input.once('end', () => resolve(false));
    input.once('error', () => resolve(false));
  });
}

function open(file: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: file });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (cause) => {
      reject(
        new PerchError('CONNECT_FAILED', `Cannot connect to ${file}: ${cause.message}`, { file }, cause),
      );
    });
  });
}
