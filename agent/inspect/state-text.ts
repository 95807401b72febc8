import { isSecretText } from './redact-value.ts';
import { charCodeAt, descriptorOf, hasOwn, quote, slice, utf8Bytes } from './state-intrinsics.ts';

/** The first `chars` characters, no surrogate pair cut in two. */
export function clipped(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const last = charCodeAt(text, chars - 1);
  return slice(text, 0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars);
}

/** A text as JSON in at most `bytes` bytes (but for its quotes), its end cut off for that. */
export function fitting(text: string, bytes: number): string {
  let kept = text;
  while (kept !== '' && utf8Bytes(quote(kept)) > bytes) kept = clipped(kept, kept.length >> 1);
  return quote(kept);
}

export function withoutSecret(text: string): string {
  return isSecretText(text) ? '[redacted]' : text;
}

/** A text held as an own data property, else ''. */
export function textAt(owner: object, key: PropertyKey): string {
  const found = descriptorOf(owner, key);
  if (found === undefined || !hasOwn(found, 'value')) return '';
  return typeof found.value === 'string' ? found.value : '';
}
