import { nodeCrypto } from '../../node-crypto.ts';

// OpenSSH's private key format (PROTOCOL.key). ssh2 reads and writes it too, but ssh2 is loaded when the first
// connection comes, and the fingerprint is said when the agent starts to listen.

const MAGIC = Buffer.from('openssh-key-v1\0');

/**
 * The fingerprint of a private key in OpenSSH's format, from the public half it carries in the clear. Throws for
 * what is none, and for one with a passphrase.
 */
export function opensshFingerprint(text: string): string {
  const match = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+)-----END OPENSSH PRIVATE KEY-----/.exec(text);
  const bytes = match ? Buffer.from(match[1]!.replace(/\s+/g, ''), 'base64') : Buffer.alloc(0);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Error(
      "the host key is no private key in OpenSSH's format (make one with ssh-keygen -t ed25519)",
    );
  }
  try {
    const fields = new Fields(bytes.subarray(MAGIC.length));
    const cipher = fields.string().toString();
    fields.string();
    fields.string();
    fields.uint32();
    const blob = fields.string();
    if (cipher !== 'none') throw new Error('the host key has a passphrase, and nobody is there to type it');
    return fingerprint(blob);
  } catch (error) {
    if (error instanceof RangeError) throw new Error('the host key is cut short');
    throw error;
  }
}

/** A public key's fingerprint as OpenSSH writes it: `SHA256:` and 43 characters. */
export function fingerprint(publicBlob: Uint8Array): string {
  return `SHA256:${nodeCrypto().createHash('sha256').update(publicBlob).digest('base64').replace(/=+$/, '')}`;
}

/** Reads the fields of ssh's wire format (RFC 4251, section 5). Throws RangeError past the end. */
class Fields {
  #rest: Buffer;

  constructor(bytes: Buffer) {
    this.#rest = bytes;
  }

  uint32(): number {
    const value = this.#rest.readUInt32BE(0);
    this.#rest = this.#rest.subarray(4);
    return value;
  }

  string(): Buffer {
    const length = this.uint32();
    if (length > this.#rest.length) throw new RangeError('past the end');
    const value = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return value;
  }
}

/** A new ed25519 key as a file of OpenSSH's (PROTOCOL.key), without a passphrase. */
export function newOpensshKey(): string {
  const { privateKey } = nodeCrypto().generateKeyPairSync('ed25519');
  const { d, x } = privateKey.export({ format: 'jwk' });
  const secret = Buffer.from(d!, 'base64url');
  const open = Buffer.from(x!, 'base64url');
  const blob = Buffer.concat([string('ssh-ed25519'), string(open)]);
  const check = nodeCrypto().randomBytes(4);
  const inner = Buffer.concat([
    check,
    check,
    string('ssh-ed25519'),
    string(open),
    string(Buffer.concat([secret, open])),
    string('perch host key'),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const bytes = Buffer.concat([
    MAGIC,
    string('none'),
    string('none'),
    string(''),
    uint32(1),
    string(blob),
    string(Buffer.concat([inner, padding])),
  ]);
  const lines = bytes.toString('base64').replace(/(.{70})(?=.)/g, '$1\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
