import { chordWords, isMac } from '../command/chord.ts';

/** A chord, one key cap a key. */
export function Keys({ chord }: { chord: string }) {
  return (
    <span className="chord">
      {chordWords(chord, isMac).map((word) => (
        <kbd key={word}>{word}</kbd>
      ))}
    </span>
  );
}
