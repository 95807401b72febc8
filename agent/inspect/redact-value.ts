import { isSecretKey } from './redact-key.ts';
import { charCodeAt, indexOf, slice } from './state-intrinsics.ts';

/**
 * Whether a text gives itself away: a private key, a JWT, `Bearer …`, a URL with a password, `token=…`. Judges
 * the beginning only. Runs no code of the service: written without regular expressions, whose legacy statics
 * (`RegExp.$1`) the service could see change.
 */
export function isSecretText(text: string): boolean {
  if (text.length < 8) return false;
  const head = text.length > JUDGED_CHARS ? slice(text, 0, JUDGED_CHARS) : text;
  return (
    hasPrivateKey(head) || hasBearer(head) || hasJwt(head) || hasUrlPassword(head) || hasSecretPair(head)
  );
}

const JUDGED_CHARS = 4096;
const MAX_PAIRS = 32;
const MAX_NAME_CHARS = 64;
const DOT = 46;
const SLASH = 47;

function hasPrivateKey(text: string): boolean {
  return indexOf(text, '-----BEGIN ') >= 0 && indexOf(text, 'PRIVATE KEY-----') >= 0;
}

function hasBearer(text: string): boolean {
  const at = indexOf(text, 'Bearer ') === 0 ? 7 : indexOf(text, 'Basic ') === 0 ? 6 : -1;
  return at > 0 && runEnd(text, at, isBase64) - at >= 8 && indexOf(text, ' ', at) < 0;
}

function hasJwt(text: string): boolean {
  const at = indexOf(text, 'eyJ');
  if (at < 0) return false;
  const payload = runEnd(text, at, isBase64Url);
  if (charCodeAt(text, payload) !== DOT) return false;
  const signature = runEnd(text, payload + 1, isBase64Url);
  return signature > payload + 1 && charCodeAt(text, signature) === DOT;
}

/** `scheme://user:password@host`; a port (`host:80/@scope`) is none. */
function hasUrlPassword(text: string): boolean {
  const scheme = indexOf(text, '://');
  if (scheme < 0) return false;
  const user = scheme + 3;
  const end = runEnd(text, user, isNoSpace);
  const colon = indexOf(text, ':', user);
  const at = indexOf(text, '@', user);
  if (colon < 0 || at < colon || at >= end) return false;
  if (runEnd(text, user, isNoDelimiter) < colon) return false;
  const digits = runEnd(text, colon + 1, isDigit);
  return charCodeAt(text, digits) !== SLASH;
}

/** `name=value` with a name that `isSecretKey` knows: an environment, a query, a cookie. */
function hasSecretPair(text: string): boolean {
  let equals = indexOf(text, '=');
  for (let pairs = 0; equals > 0 && pairs < MAX_PAIRS; pairs++) {
    let start = equals;
    while (start > 0 && equals - start < MAX_NAME_CHARS && isNameCode(charCodeAt(text, start - 1))) start--;
    const hasValue = equals + 1 < text.length && isNoSpace(charCodeAt(text, equals + 1));
    if (start < equals && hasValue && isSecretKey(slice(text, start, equals))) return true;
    equals = indexOf(text, '=', equals + 1);
  }
  return false;
}

function runEnd(text: string, from: number, isInRun: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && isInRun(charCodeAt(text, at))) at++;
  return at;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isAlphanumeric = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
/** `-` and `_` beside letters and digits. */
const isBase64Url = (code: number): boolean => isAlphanumeric(code) || code === 45 || code === 95;
/** `.` `/` `+` `=` `~` too: any token of RFC 6750. */
const isBase64 = (code: number): boolean =>
  isBase64Url(code) || code === 46 || code === 47 || code === 43 || code === 61 || code === 126;
const isNameCode = (code: number): boolean => isBase64Url(code) || code === 46;
/** Neither white space nor a quote. */
const isNoSpace = (code: number): boolean => code > 32 && code !== 34 && code !== 39;
/** What may stand in the user's name of a URL: no `/`, `?`, `#`, `@`, `:`. */
const isNoDelimiter = (code: number): boolean =>
  isNoSpace(code) && code !== 47 && code !== 63 && code !== 35 && code !== 64 && code !== 58;
