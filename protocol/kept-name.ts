/**
 * What the files of one instance are called, over all its lives: its agent's audit log and black box, and the heads
 * that a client keeps. Readable, and never another instance's: a hash of the whole stands behind.
 */
export function keptName(parts: readonly string[]): string {
  const words = parts
    .filter((part) => part !== '')
    .map((part) => part.replace(/[^\w.@-]+/g, '_').slice(0, 60))
    .join('~');
  return `${words.replace(/^[.-]+/, '')}~${fnv1a64(JSON.stringify(parts)).slice(0, 12)}`;
}

/**
 * FNV-1a, 64 bits, in hex. It tells names apart and proves nothing: who sets an instance's name could set another's as
 * well. For SHA-256 each hub would load `node:crypto` before anybody looks, which is 2.5 MB of every service on Node 26.
 */
function fnv1a64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
