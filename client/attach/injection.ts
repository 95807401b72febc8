/**
 * The expression that puts the agent (the text of its bundle) into a process. It gives an object that waits for a place
 * where that can be done, `settled()` tells what came of it (null: nothing yet):
 *
 * - A loop that turns reaches a microtask of ours by itself: there the service's own code could do the same.
 * - A loop that stands still does not. `inside()` does it within what runs just now, unless that is a function of Node's
 *   own, which may be half way through its lists of timers, say; then it is asked again.
 *
 * After `deadline` (milliseconds since 1970) neither does anything: what was given up is not done later. Nothing
 * of it is global, and nothing is thrown into the service.
 */
export function injection(code: string, deadline: number): string {
  return `(() => {
  let settled = null;
  let isTried = false;
  const put = (inside) => {
    if (isTried || Date.now() > ${deadline}) return;
    // A question may come in the middle of what follows.
    isTried = true;
    try {
      const module = { exports: {} };
      (function (require, module, exports) {\n${code}\n})((name) => process.getBuiltinModule(name), module, module.exports);
      settled = { ...module.exports.attach(Date.now()), inside };
    } catch (thrown) {
      settled = { outcome: 'failed', inside, words: String(thrown?.message) };
    }
  };
  const stack = () => {
    const keys = ['stackTraceLimit', 'prepareStackTrace'];
    const before = keys.map((key) => Object.getOwnPropertyDescriptor(Error, key));
    const put = (key, value) => Object.defineProperty(Error, key, { value, writable: true, configurable: true, enumerable: true });
    try {
      put('stackTraceLimit', 16);
      put('prepareStackTrace', undefined);
      return new Error().stack.split('\\n');
    } finally {
      keys.forEach((key, at) => before[at] ? Object.defineProperty(Error, key, before[at]) : delete Error[key]);
    }
  };
  const isInNode = () => {
    const innermost = stack().find((line) => /^ +at /.test(line) && !line.includes('perch:attach') && !line.includes('<anonymous>'));
    return innermost !== undefined && /\\(?node:[^)]*\\)?$/.test(innermost);
  };
  (async () => {
    await null;
    put(false);
  })();
  return {
    settled: () => settled,
    inside() {
      if (!isTried && !isInNode()) put(true);
      return settled;
    },
  };
})()
//# sourceURL=perch:attach`;
}

/** What `settled()` gives once something came of it (agent/attach.ts); `inside`: the loop stood still. */
export type Settled = { inside: boolean } & (
  | { outcome: 'attached'; runtimeDir: string; hub: string | null }
  | { outcome: 'present' | 'off' | 'denied' }
  | { outcome: 'failed'; words: string }
);

/** Asked first: whose inspector this is, and whether the agent can run there. */
export const WHO = `({ pid: process.pid, node: process.versions.node, hasAgent: !!globalThis[Symbol.for('perch.agent')]?.probe })`;

/** Hangs up on everybody, and ends the inspector's thread; older Nodes know it by another name. */
export const CLOSE = `process.getBuiltinModule ? process.getBuiltinModule('inspector').close() : process._debugEnd()`;
