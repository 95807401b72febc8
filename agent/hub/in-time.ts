import { PerchError } from '../../protocol/errors.ts';

/** An answer, or TIMEOUT with these words where it has not come within `timeoutMs`; what comes later is left alone. */
export async function inTime<T>(answer: Promise<T>, timeoutMs: number, words: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PerchError('TIMEOUT', words)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
