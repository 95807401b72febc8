import type { Sha256 } from './audit.ts';

/**
 * What the files of one instance are called, over all its lives: its agent's audit log and black box, and the heads
 * that a client keeps. Readable, and never another instance's: a hash of the whole stands behind.
 */
export function keptName(parts: readonly string[], sha256: Sha256): string {
  const words = parts
    .filter((part) => part !== '')
    .map((part) => part.replace(/[^\w.@-]+/g, '_').slice(0, 60))
    .join('~');
  return `${words.replace(/^[.-]+/, '')}~${sha256(JSON.stringify(parts)).slice(0, 12)}`;
}
