import type { AskPassphrase } from '../client/ssh/identity.ts';

export interface Question {
  id: number;
  words: string;
}

/**
 * Asks the person in the window for the passphrase of a locked key, one question after another. What was typed goes to
 * whoever asked and is kept nowhere here.
 */
export class Passphrases {
  readonly #changed: () => void;
  readonly #open: { question: Question; answer: (passphrase: string | null) => void }[] = [];
  #last = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The question to show now. */
  get question(): Question | null {
    return this.#open[0]?.question ?? null;
  }

  readonly ask: AskPassphrase = (words) =>
    new Promise((resolve) => {
      this.#open.push({ question: { id: ++this.#last, words: words.replace(/:\s*$/, '') }, answer: resolve });
      this.#changed();
    });

  /** Null: it is not given now. An answer to a question that is not asked any more is passed over. */
  answer(id: number, passphrase: string | null): void {
    const at = this.#open.findIndex(({ question }) => question.id === id);
    if (at === -1) return;
    const [asked] = this.#open.splice(at, 1);
    asked!.answer(passphrase);
    this.#changed();
  }

  close(): void {
    for (const { answer } of this.#open.splice(0)) answer(null);
  }
}
