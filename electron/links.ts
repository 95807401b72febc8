import { asPerchError } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import { LINK_SCHEME, parseLink } from '../protocol/link.ts';
import type { Push } from './ipc.ts';
import { troubleView } from './views.ts';

/**
 * Links that this app was started with, or that a second start handed over. The last one is held until the page can
 * follow it. Following is looking: it opens a place, and nothing is done there.
 */
export class Links {
  readonly #push: (push: Push) => void;
  #held: Push | null = null;
  #isReady = false;

  constructor(push: (push: Push) => void) {
    this.#push = push;
  }

  /** What somebody outside handed in; anything but a link is answered with why it is none. */
  take(given: unknown): void {
    if (typeof given !== 'string') return;
    this.#held = pushOf(given);
    if (this.#isReady) this.#deliver();
  }

  /** The page draws from now on. */
  ready(): void {
    this.#isReady = true;
    this.#deliver();
  }

  /** The page is gone; the next one says when it is there. */
  away(): void {
    this.#isReady = false;
  }

  #deliver(): void {
    if (this.#held) this.#push(this.#held);
    this.#held = null;
  }
}

/** The link among the words of a command line. It is cut past its bound, so that it is refused and not carried. */
export function linkAmong(argv: readonly string[]): string | null {
  const begin = `${LINK_SCHEME}:`;
  const link = argv.find((word) => word.slice(0, begin.length).toLowerCase() === begin);
  return link?.slice(0, LIMITS.maxLinkChars + 1) ?? null;
}

function pushOf(text: string): Push {
  try {
    return { kind: 'link', to: parseLink(text) };
  } catch (thrown) {
    return { kind: 'link-refused', error: troubleView(asPerchError(thrown)) };
  }
}
