import { charCodeAt, hasOwn, slice, toLowerCase } from './state-intrinsics.ts';

/**
 * Whether a key names a secret: `password`, `apiKey`, `X-Auth-Token`, `PGPASSWORD`; not `tokenCount`,
 * `hasPassword`, `maxTokens`, `publicKey`, `author`. In doubt it does: a hidden number costs a question, a shown
 * password costs more. Runs no code of the service (state-intrinsics.ts): it judges keys inside it.
 */
export function isSecretKey(key: string): boolean {
  if (key.length > MAX_KEY_CHARS || key === 'PWD' || key === 'OLDPWD') return false;
  let first = '';
  let before = '';
  let last = '';
  let words = 0;
  let secret = '';
  for (let at = 0; at < key.length; ) {
    const end = wordEnd(key, at);
    if (end === at) {
      at++;
      continue;
    }
    before = last;
    last = toLowerCase(slice(key, at, end));
    if (words === 0) first = last;
    words++;
    if (isSecretWord(last) || (isKeyWord(last) && hasOwn(KEY_KINDS, before))) secret = last;
    else if (last === 'string' && before === 'connection') secret = last;
    else if (last === 'auth' && (before === '' || hasOwn(AUTH_KINDS, before))) secret = last;
    at = end;
  }
  if (secret === '') return false;
  if (secret === 'auth' && last !== 'auth') return false;
  if (words > 1 && (hasOwn(TELLS_ABOUT, last) || hasOwn(ASKS_WHETHER, first))) return false;
  return !(last === 'tokens' && hasOwn(COUNTS_TOKENS, before));
}

/** Longer keys are data, not names. */
const MAX_KEY_CHARS = 200;

const words = (text: string): Record<string, true> =>
  Object.assign(Object.create(null), Object.fromEntries(text.split(' ').map((word) => [word, true])));

const SECRETS = words(
  'password passwords passwd passphrase passphrases pwd secret secrets token tokens authorization cookie cookies ' +
    'credential credentials jwt bearer dsn apikey apikeys privatekey secretkey accesskey',
);
/** Words run together: `dbpassword`, `PGPASSWORD`, `authtoken`. */
const SECRET_ENDINGS = ['password', 'passwd', 'passphrase', 'secret', 'token', 'apikey', 'privatekey'];
const KEY_KINDS = words('api private access secret signing encryption ssh master account auth');
const AUTH_KINDS = words('basic proxy http');
/** `tokenCount`, `passwordPolicy`: about the secret, not it. */
const TELLS_ABOUT = words(
  'count counts total length size limit max min used usage left remaining budget type kind name policy expires expiry ' +
    'expired expiration at ttl age ms seconds url uri endpoint field rules strength required enabled valid verified index',
);
const ASKS_WHETHER = words('is has needs requires allow allows skip show forgot');
const COUNTS_TOKENS = words('max min num total prompt completion input output cached reasoning used per');

const isKeyWord = (word: string): boolean => word === 'key' || word === 'keys';

function isSecretWord(word: string): boolean {
  if (hasOwn(SECRETS, word)) return true;
  for (let i = 0; i < SECRET_ENDINGS.length; i++) {
    const ending = SECRET_ENDINGS[i]!;
    if (word.length > ending.length && slice(word, word.length - ending.length) === ending) return true;
  }
  return false;
}

/** The end of the word that begins at `at` (`at` itself when none does): words are cut as in `fooBar`, `FOO_BAR`, `FOOBar`. */
function wordEnd(key: string, at: number): number {
  let end = at;
  while (end < key.length) {
    const letter = letterCase(charCodeAt(key, end));
    if (letter === 'none') break;
    if (letter === 'upper' && end > at) {
      const isInCapitals = letterCase(charCodeAt(key, end - 1)) === 'upper';
      const endsCapitals = end + 1 < key.length && letterCase(charCodeAt(key, end + 1)) === 'lower';
      if (!isInCapitals || endsCapitals) break;
    }
    end++;
  }
  return end;
}

function letterCase(code: number): 'lower' | 'upper' | 'none' {
  if (code >= 97 && code <= 122) return 'lower';
  if (code >= 65 && code <= 90) return 'upper';
  return 'none';
}
