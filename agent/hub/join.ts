import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { PerchError } from '../../protocol/errors.ts';
import { encodeFrame, FrameReader } from '../../protocol/framing.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { nodeCrypto } from '../node-crypto.ts';

/** What a joining hub says of its process. */
export interface JoinRequest {
  t: 'join';
  /** Grants joining and nothing else. */
  token: string;
  protocol: number;
  pid: number;
  ppid: number;
  /** The label it had with this hub's predecessor; kept, so that its ids stay. */
  label: string | null;
}

/** What it is told. Its ids begin with `label`. */
export interface JoinAnswer {
  t: 'welcome';
  label: string;
  epoch: string;
}

const HANDSHAKE_MS = 2000;

/** Takes joining hubs. `onJoin` gets the request, the socket, and what the reader holds; it answers itself. */
export function takeJoining(
  address: { socket: string; token: string },
  accept: (request: JoinRequest) => JoinAnswer,
  onJoined: (request: JoinRequest, answer: JoinAnswer, socket: Socket, reader: FrameReader) => void,
): Server {
  const server = createServer((socket) => {
    const reader = new FrameReader(LIMITS.maxFrameBytes);
    const deadline = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    let joined: { request: JoinRequest; answer: JoinAnswer } | null = null;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => clearTimeout(deadline));
    const onData = (chunk: Buffer): void => {
      try {
        for (const frame of reader.push(chunk)) {
          if (!joined) {
            const request = checkRequest(frame, address.token);
            joined = { request, answer: accept(request) };
            socket.write(encodeFrame(joined.answer));
          } else if ((frame as { t?: unknown }).t === 'ready') {
            clearTimeout(deadline);
            socket.off('data', onData);
            onJoined(joined.request, joined.answer, socket, reader);
          }
        }
      } catch {
        socket.destroy();
      }
    };
    socket.on('data', onData);
  });
  server.on('error', () => server.close());
  rmSync(address.socket, { force: true });
  server.listen(address.socket, () => chmodSync(address.socket, 0o600));
  return server;
}

function checkRequest(frame: unknown, token: string): JoinRequest {
  const request = frame as Partial<JoinRequest>;
  const given = Buffer.from(String(request.token ?? ''));
  const wanted = Buffer.from(token);
  const isRight = given.length === wanted.length && nodeCrypto().timingSafeEqual(given, wanted);
  const { pid, ppid } = request;
  if (request.t !== 'join' || !isRight || !Number.isInteger(pid) || !Number.isInteger(ppid)) {
    throw new PerchError('BAD_FRAME', 'no join request');
  }
  if (request.protocol !== PROTOCOL_VERSION) throw new PerchError('VERSION_SKEW', 'another protocol');
  return request as JoinRequest;
}

/** There is a hub above, and it does not take this one: another protocol, say. */
export class JoinRefused extends Error {}

/** Joins the hub above. Resolves with the socket ready to serve a session on; rejects when that cannot be. */
export function joinHub(
  above: { socket: string; token: string },
  self: { pid: number; ppid: number; label: string | null },
): Promise<{ socket: Socket; answer: JoinAnswer }> {
  return new Promise((resolve, reject) => {
    const socket = connect(above.socket);
    const reader = new FrameReader(LIMITS.maxCallBytes);
    const fail = (error: Error): void => {
      clearTimeout(deadline);
      socket.destroy();
      reject(error);
    };
    const deadline = setTimeout(() => fail(new Error('the hub above did not answer')), HANDSHAKE_MS);
    socket.once('error', fail);
    socket.once('close', () => fail(new JoinRefused('the hub above refused')));
    socket.once('connect', () => {
      const request: JoinRequest = { t: 'join', token: above.token, protocol: PROTOCOL_VERSION, ...self };
      socket.write(encodeFrame(request));
    });
    socket.on('data', function onData(chunk: Buffer) {
      try {
        const [answer] = reader.push(chunk) as JoinAnswer[];
        if (!answer) return;
        clearTimeout(deadline);
        socket.off('data', onData);
        socket.removeAllListeners('close');
        socket.off('error', fail);
        // The hub above speaks again only after this frame, so nothing can be lost between two readers.
        socket.pause();
        socket.write(encodeFrame({ t: 'ready' }));
        resolve({ socket, answer });
      } catch (thrown) {
        fail(thrown as Error);
      }
    });
  });
}
