import { stat } from 'node:fs/promises';
import { LIMITS } from '../../../protocol/limits.ts';
import { type AuthorizedKey, isKeyLines, lineFor, readAuthorizedKeys } from './authorized-keys.ts';

interface Present {
  key: AuthorizedKey;
  address: string | undefined;
  end(): void;
}

/**
 * Who is logged in by key. While somebody is, the file of keys is looked at once a second: whose line was taken out, has
 * expired, or grants something else by now, is no longer connected. With nobody there nothing is looked at.
 */
export class Roster {
  readonly #authorizedKeys: string | null;
  readonly #present = new Set<Present>();
  #looking: NodeJS.Timeout | null = null;
  #keys: readonly AuthorizedKey[] = [];
  #stamp: string | null = null;

  /** The value of PERCH_AUTHORIZED_KEYS. */
  constructor(authorizedKeys: string | null) {
    this.#authorizedKeys = authorizedKeys;
  }

  /** Somebody has logged in; `end` closes the connection. Returns what to call when it has closed. */
  enter(key: AuthorizedKey, address: string | undefined, end: () => void): () => void {
    const present = { key, address, end };
    this.#present.add(present);
    this.#looking ??= setInterval(() => void this.#look(), LIMITS.sampleMs);
    return () => {
      this.#present.delete(present);
      if (this.#present.size > 0 || !this.#looking) return;
      clearInterval(this.#looking);
      this.#looking = null;
      this.#stamp = null;
    };
  }

  async #look(): Promise<void> {
    const value = this.#authorizedKeys;
    const stamp = value === null || isKeyLines(value) ? '' : await stampOf(value);
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#keys = (await readAuthorizedKeys(value)).keys;
    }
    const now = Date.now();
    for (const { key, address, end } of this.#present) {
      const line = lineFor(this.#keys, key, { now, address });
      if (line?.capabilities.join() !== key.capabilities.join()) end();
    }
  }
}

/** Changes with the file; a file that cannot be looked at is one that nobody is in. */
function stampOf(file: string): Promise<string> {
  return stat(file, { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => [ino, size, mtimeNs, ctimeNs].join(),
    () => 'none',
  );
}
