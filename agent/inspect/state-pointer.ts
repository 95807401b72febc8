import { charCodeAt, indexOf, slice } from './state-intrinsics.ts';

/** The segments of a JSON Pointer as a list; null is its end. */
export interface Pointer {
  segment: string;
  rest: Pointer | null;
}

/** Reads a JSON Pointer (RFC 6901). A text that does not begin with `/` is taken as if it did; '' is the root. */
export function parsePointer(text: string): Pointer | null {
  if (text === '') return null;
  const head: { rest: Pointer | null } = { rest: null };
  let tail = head;
  let at = charCodeAt(text, 0) === SLASH ? 1 : 0;
  for (;;) {
    const slash = indexOf(text, '/', at);
    const link: Pointer = {
      segment: unescaped(slice(text, at, slash < 0 ? text.length : slash)),
      rest: null,
    };
    tail.rest = link;
    tail = link;
    if (slash < 0) return head.rest;
    at = slash + 1;
  }
}

/** A segment as it stands in a pointer: `~` and `/` escaped. */
export function escapeSegment(segment: string): string {
  if (indexOf(segment, '~') < 0 && indexOf(segment, '/') < 0) return segment;
  return replaceAll(replaceAll(segment, '~', '~0'), '/', '~1');
}

function unescaped(segment: string): string {
  return indexOf(segment, '~') < 0 ? segment : replaceAll(replaceAll(segment, '~1', '/'), '~0', '~');
}

function replaceAll(text: string, what: string, by: string): string {
  let replaced = '';
  let from = 0;
  for (let at = indexOf(text, what); at >= 0; at = indexOf(text, what, from)) {
    replaced += slice(text, from, at) + by;
    from = at + what.length;
  }
  return replaced + slice(text, from);
}

const SLASH = 47;
