import { classOf } from './state-class.ts';
import { errorFieldsOf } from './state-fields.ts';
import {
  descriptorOf,
  ErrorPrototype,
  getPrototypeOf,
  hasOwn,
  isProxy,
  type Method,
  uncurry,
  utf8Bytes,
} from './state-intrinsics.ts';
import { Container } from './state-piece.ts';
import { clipped, fitting, withoutSecret } from './state-text.ts';

const MESSAGE_CHARS = 1000;
const STACK_CHARS = 4000;
/** `,"stack":`, the brackets, the count of fields left out. */
const REST_BYTES = 60;

/** An Error: class, message and stack as far as they are data, at most so many bytes of them, and its other fields. */
export function describeError(error: object, bytes: number): Container {
  const { name } = classOf(error);
  const fields = errorFieldsOf(error);
  const head = `{"$":"Error","class":${name},"message":`;
  const tail = fields.length > 0 ? ',"fields":{' : '';
  const room = bytes - utf8Bytes(head) - tail.length - REST_BYTES;
  const message = fitting(withoutSecret(clipped(messageOf(error), MESSAGE_CHARS)), room);
  const stack = fitting(withoutSecret(clipped(stackOf(error), STACK_CHARS)), room - utf8Bytes(message));
  const open = `${head}${message},"stack":${stack}${tail}`;
  return new Container('error', error, fields.length, fields, open, fields.length > 0 ? '}}' : '}', name);
}

const ErrorConstructor = Error;
/** Absent, or Node's own, which does nothing but format. */
const formatterAtLoad: unknown = descriptorOf(Error, 'prepareStackTrace')?.value;
const formatsWithNode =
  formatterAtLoad === undefined ||
  (typeof formatterAtLoad === 'function' && formatterAtLoad.name === 'ErrorPrepareStackTrace');

/** In newer versions of V8 `stack` is an own accessor of V8's, the same for every error. */
const stackGetter = !formatsWithNode ? undefined : descriptorOf(new Error('to look at'), 'stack')?.get;
const readStack = stackGetter ? (uncurry(stackGetter) as unknown as Method<object, [], unknown>) : null;

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
