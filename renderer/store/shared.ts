/** What says the same as before is the same object as before, at any depth: who looks at a part of it draws nothing again. */
export function shared<T>(before: T, after: T): T {
  if (Object.is(before, after) || !isObject(before) || !isObject(after)) return after;
  if (Array.isArray(before) !== Array.isArray(after)) return after;
  const [old, made] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const keys = Object.keys(made);
  let isSame = keys.length === Object.keys(old).length;
  for (const key of keys) {
    const value = shared(old[key], made[key]);
    isSame &&= Object.hasOwn(old, key) && Object.is(value, old[key]);
    made[key] = value;
  }
  return isSame ? before : after;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
