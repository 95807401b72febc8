import ssh2, { type AuthContext, type PublicKeyAuthContext } from 'ssh2';
import type { Login } from '../session.ts';
import { type AuthorizedKey, lineFor, readAuthorizedKeys } from './authorized-keys.ts';
import { fingerprint } from './openssh-key.ts';
import type { Roster } from './roster.ts';

/** Who may come in by an address. */
export type Doorkeeper =
  /** By public key, with what the key's line grants. The value is PERCH_AUTHORIZED_KEYS, read at every login. */
  | { kind: 'keys'; authorizedKeys: string | null; roster: Roster }
  /** Whoever could open the socket: the same user of this machine. */
  | { kind: 'local' };

export type Verdict =
  /** `key`: the line that let it in; null for who needs none. */
  | { kind: 'accept'; login: Login; key: AuthorizedKey | null }
  /** The client only asks whether this key would do. */
  | { kind: 'would-do' }
  | { kind: 'refuse'; way: 'none' | 'publickey' };

/** Judges one try to log in from an address, undefined over a unix socket. The user name plays no part. */
export async function judgeLogin(
  context: AuthContext,
  doorkeeper: Doorkeeper,
  address: string | undefined,
): Promise<Verdict> {
  if (doorkeeper.kind === 'local') {
    return context.method === 'none' ? localLogin(context.username) : { kind: 'refuse', way: 'none' };
  }
  const refused: Verdict = { kind: 'refuse', way: 'publickey' };
  if (context.method !== 'publickey' || !isStrong(context)) return refused;
  const { keys } = await readAuthorizedKeys(doorkeeper.authorizedKeys);
  const offered = { type: context.key.algo, base64: context.key.data.toString('base64') };
  const known = lineFor(keys, offered, { now: Date.now(), address });
  if (!known) return refused;
  if (!context.signature) return { kind: 'would-do' };
  if (!isSigned(known, context)) return refused;
  const author = { key: fingerprint(context.key.data), name: known.comment };
  return { kind: 'accept', login: { author, capabilities: known.capabilities }, key: known };
}

function localLogin(username: string): Verdict {
  // A name that the client chose: it is shown, on one short line, and decides nothing.
  const name = username.replace(/\p{Cc}+/gu, ' ').slice(0, 64);
  return {
    kind: 'accept',
    key: null,
    login: { author: { key: 'local', name }, capabilities: ['observe', 'inspect', 'control'] },
  };
}

/** RSA with SHA-1 (the old `ssh-rsa`) proves nothing any more. */
function isStrong({ key, hashAlgo }: PublicKeyAuthContext): boolean {
  return key.algo !== 'ssh-rsa' || hashAlgo !== undefined;
}

function isSigned(known: AuthorizedKey, { blob, signature, hashAlgo }: PublicKeyAuthContext): boolean {
  if (!blob || !signature) return false;
  const key = ssh2.utils.parseKey(`${known.type} ${known.base64}`);
  // `verify` gives true, false, or an Error.
  return !(key instanceof Error) && key.verify(blob, signature, hashAlgo) === true;
}
