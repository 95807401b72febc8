import { createHash } from 'node:crypto';

/** A key's fingerprint as OpenSSH writes it: `SHA256:` and 43 characters. */
export function fingerprint(publicBlob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicBlob).digest('base64').replace(/=+$/, '')}`;
}
