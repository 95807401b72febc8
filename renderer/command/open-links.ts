import { asPerchError } from '../../protocol/errors.ts';
import { ask } from '../bridge.ts';
import { facts } from '../store/desk.ts';
import { show } from '../store/interface.ts';

/** Since the start; null: as it was then. */
let isOnNow: boolean | null = null;

/** It means something while it changes something. */
export function openLinksOffer(isOn: boolean): boolean {
  const found = facts.get();
  return found !== null && (isOnNow ?? found.opensLinks) !== isOn;
}

/** Has this person's links open with Perch, or no longer, and says what was written. */
export function openLinks(isOn: boolean): void {
  void ask('open-links', { isOn }).then(
    ({ files }) => {
      isOnNow = isOn;
      const words = isOn
        ? 'perch:// links open with Perch.'
        : 'perch:// links do not open with Perch any more.';
      const where = files.length === 0 ? '' : ` ${isOn ? 'Written' : 'Taken out of'}: ${files.join(', ')}.`;
      show({ notice: { isBad: false, words: words + where } });
    },
    (thrown) => {
      const { message, mend } = asPerchError(thrown);
      show({ notice: { isBad: true, words: message, mend } });
    },
  );
}
