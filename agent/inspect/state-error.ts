import {
  descriptorOf,
  ErrorPrototype,
  getPrototypeOf,
  hasOwn,
  isProxy,
  type Method,
  uncurry,
} from './state-intrinsics.ts';

const ErrorConstructor = Error;
/** In newer versions of V8 `stack` is an own accessor of V8's, the same for every error. */
const stackGetter = descriptorOf(new Error('to look at'), 'stack')?.get;
const readStack = stackGetter ? (uncurry(stackGetter) as unknown as Method<object, [], unknown>) : null;
/** Absent, or Node's own, which does nothing but format. */
const formatterAtLoad: unknown = descriptorOf(Error, 'prepareStackTrace')?.value;
const formatsWithNode =
  formatterAtLoad === undefined ||
  (typeof formatterAtLoad === 'function' && formatterAtLoad.name === 'ErrorPrepareStackTrace');

/** The message, where it is data; '' where it is an accessor. */
export function messageOf(error: object): string {
  return plainText(error, 'message') ?? '';
}

/**
 * The text of `error.stack`, or '' where reading it could run code of the service: V8 formats a stack when it is
 * first read, through `Error.prepareStackTrace`, and with `name` and `message` as they are found then.
 */
export function stackOf(error: object): string {
  if (!isUnpatched() || !isErrorOfThisRealm(error)) return '';
  if (plainText(error, 'name') === null || plainText(error, 'message') === null) return '';
  const own = descriptorOf(error, 'stack');
  if (own === undefined) return '';
  let text: unknown = '';
  if (hasOwn(own, 'value')) text = own.value;
  else if (readStack !== null && own.get === stackGetter) text = readStack(error);
  return typeof text === 'string' ? text : '';
}

function isUnpatched(): boolean {
  if (!formatsWithNode) return false;
  const global = descriptorOf(globalThis, 'Error');
  if (global === undefined || !hasOwn(global, 'value') || global.value !== ErrorConstructor) return false;
  const formatter = descriptorOf(ErrorConstructor, 'prepareStackTrace');
  if (formatter === undefined) return formatterAtLoad === undefined;
  return hasOwn(formatter, 'value') && formatter.value === formatterAtLoad;
}

function isErrorOfThisRealm(error: object): boolean {
  for (let at: object | null = error; at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    if (at === ErrorPrototype) return true;
  }
  return false;
}

/** The first `key` on the prototype chain: '' where there is none, null where it is no text held as data. */
function plainText(owner: object, key: string): string | null {
  for (let at: object | null = owner; at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at)) return null;
    const found = descriptorOf(at, key);
    if (found === undefined) continue;
    return hasOwn(found, 'value') && typeof found.value === 'string' ? found.value : null;
  }
  return '';
}
