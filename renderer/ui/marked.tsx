import { Fragment } from 'react';

/** A text with the words of the query marked in it. */
export function Marked({ text, query }: { text: string; query: string }) {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return text;
  return pieces(text, words).map(({ from, text: piece, isHit }) =>
    isHit ? <mark key={from}>{piece}</mark> : <Fragment key={from}>{piece}</Fragment>,
  );
}

/** Cuts a text where words begin and end; overlapping words make one piece. */
export function pieces(
  text: string,
  words: readonly string[],
): { from: number; text: string; isHit: boolean }[] {
  const lower = text.toLowerCase();
  const hit = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + 1)) {
      hit.fill(true, at, at + word.length);
    }
  }
  const found: { from: number; text: string; isHit: boolean }[] = [];
  for (let index = 0; index < text.length; index++) {
    const last = found.at(-1);
    if (last && last.isHit === hit[index]) last.text += text[index];
    else found.push({ from: index, text: text[index]!, isHit: hit[index]! });
  }
  return found;
}
