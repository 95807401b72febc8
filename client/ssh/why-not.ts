import { PerchError } from '../../protocol/errors.ts';
import { formatAddress } from '../address.ts';
import type { Address } from '../session.ts';
import type { CommandStream } from '../via/command-stream.ts';
import type { Identity } from './identity.ts';

type How = ReturnType<CommandStream['how']>;

/** Errors of Node and ssh2, as what a person can do something about. */
export function whyNot(address: Address, cause: Error & { code?: unknown; level?: string }): PerchError {
  if (cause.level === 'client-socket') return connectFailed(address, words(cause), cause);
  if (/before handshake/.test(cause.message)) {
    return connectFailed(address, 'the other side closed the connection before the login', cause);
  }
  if (/identification|version|packet|MAC/i.test(cause.message)) {
    return new PerchError(
      'BAD_FRAME',
      `What listens at ${formatAddress(address)} does not speak ssh`,
      { address: formatAddress(address) },
      cause,
    );
  }
  return connectFailed(address, cause.message, cause);
}

export function connectFailed(address: Address, why: string, cause?: unknown): PerchError {
  const text = formatAddress(address);
  const where = address.kind === 'command' && address.to === null ? text : `to ${text}`;
  return new PerchError('CONNECT_FAILED', `Cannot connect ${where}: ${why}`, { address: text }, cause);
}

/** The command that leads there did not. */
export function wayFailed(address: Address, { words, ...facts }: How): PerchError {
  const { code, message, facts: where } = connectFailed(address, words || 'the command ended');
  return new PerchError(code, message, { ...where, ...facts });
}

/** Whoever has the address says nothing. */
export function noAnswer(address: Address, afterMs: number, more = ''): PerchError {
  const why = [`no answer within ${afterMs} ms`, more].filter(Boolean).join('; ');
  const { code, message, facts } = connectFailed(address, why);
  return new PerchError(code, message, { ...facts, isSilent: true });
}

export function cancelled(address: Address): PerchError {
  return new PerchError('CANCELLED', `Connecting to ${formatAddress(address)} was cancelled`);
}

/** The connection was open and is not any more. */
export function agentGone(address: Address, cause?: Error, how?: How): PerchError {
  const text = formatAddress(address);
  const { words: told = '', ...facts } = how ?? {};
  const why = [cause ? words(cause) : '', told].filter(Boolean).join('; ');
  const where = address.kind === 'command' && address.to === null ? text : `to ${text}`;
  const message = `The connection ${where} ended${why && `: ${why}`}`;
  return new PerchError('CONNECTION_LOST', message, { address: text, ...facts }, cause);
}

/** Names the line to add, ready to be copied. */
export function keyRefused(address: Address, identity: Identity | null, cause: Error): PerchError {
  const text = formatAddress(address);
  if (address.kind === 'command' && address.to === null) {
    const why = 'what it leads to wants a key: give the instance the address that it leads to, beside via';
    return new PerchError('KEY_REFUSED', `Cannot log in ${text}: ${why}`, { address: text }, cause);
  }
  if (!identity) {
    return new PerchError('KEY_REFUSED', `The agent at ${text} wants a key`, { address: text }, cause);
  }
  const line = `capabilities="observe,inspect,control" ${identity.publicLine}`;
  return new PerchError(
    'KEY_REFUSED',
    `The agent at ${text} does not know this key. The line for it: ${line}`,
    { address: text, fingerprint: identity.fingerprint, publicKey: identity.publicLine, line },
    cause,
  );
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  EACCES: 'the socket belongs to somebody else',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'there is no such host',
  EADDRNOTAVAIL: 'this computer does not have the address to connect from',
  ECONNRESET: 'the other side cut the connection',
  EPIPE: 'the other side cut the connection',
};

function words(cause: Error & { code?: unknown }): string {
  const code = String(cause.code ?? '');
  return Object.hasOwn(WORDS, code) ? `${WORDS[code]} (${code})` : cause.message;
}
