import { createPrivateKey, createPublicKey } from 'node:crypto';

/** WireGuard's keys in its own form: 32 bytes in base64, 44 characters, in the one spelling `wg` writes. */
export function isKey(text: string): boolean {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return false;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}

/** What `wg pubkey` prints for it. */
export function publicKeyOf(privateKey: string): string {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_X25519, Buffer.from(privateKey, 'base64')]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return spki.subarray(-32).toString('base64');
}

/** What stands before the 32 bytes in a PKCS #8 private key of X25519 (RFC 8410). */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
