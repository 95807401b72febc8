import { createHash } from 'node:crypto';

/** A key's fingerprint as OpenSSH writes it: `SHA256:` and 43 characters. */
export function fingerprint(publicBlob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(publicBlob).digest('base64').replace(/=+$/, '')}`;
}

/** The same, as a person may have typed it. */
export function isFingerprint(text: string): boolean {
  return /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
}
