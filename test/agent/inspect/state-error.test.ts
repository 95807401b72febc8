import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';

/** Run in a bare Node: test runners and loaders set `Error.prepareStackTrace`, which is what this is about. */
let bundle: string;
beforeAll(() => {
  const entry = fileURLToPath(new URL('../../../agent/inspect/state.ts', import.meta.url));
  const built = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'iife',
    globalName: 'perch',
  });
  bundle = built.outputFiles[0]!.text;
});

function read(before: string, state: string, after = ''): Record<string, unknown> {
  const script = `${before};${bundle};const state = ${state};${after};
    const { value } = perch.readState({ state });
    console.log(JSON.stringify({ ...value.state, ran: globalThis.ran ?? false }));`;
  return JSON.parse(execFileSync(process.execPath, ['-'], { input: script, encoding: 'utf8' }));
}

it('shows class, message, stack and what else an error carries', () => {
  const state = 'Object.assign(new RangeError("bad", { cause: new Error("why") }), { code: "E_BAD" })';
  const shown = read('', state);
  expect(shown).toMatchObject({
    $: 'Error',
    class: 'RangeError',
    message: 'bad',
    stack: expect.stringMatching(/^RangeError: bad\n {4}at /),
    fields: { code: 'E_BAD', cause: { $: 'Error', message: 'why' } },
  });
  expect(Object.keys(shown.fields as object)).toEqual(['code', 'cause']);
});

it('shows all errors of an AggregateError', () => {
  const shown = read('', 'new AggregateError([new Error("one")], "both")');
  expect(shown).toMatchObject({
    class: 'AggregateError',
    fields: { errors: [{ $: 'Error', message: 'one' }] },
  });
});

const formatter = 'Error.prepareStackTrace = () => { globalThis.ran = true; return "formatted"; }';

it.each([
  ['a formatter set after Perch', '', 'new Error("x")', formatter],
  ['a formatter set before Perch', formatter, 'new Error("x")', ''],
  [
    'a formatter behind a getter',
    '',
    'new Error("x")',
    'Object.defineProperty(Error, "prepareStackTrace", { get() { globalThis.ran = true; } })',
  ],
  ['another Error in its place', '', 'new Error("x")', `globalThis.Error = class Error {}; ${formatter}`],
  [
    'a name that is a getter',
    'class E extends Error { get name() { globalThis.ran = true; return "E"; } }',
    'new E("x")',
    '',
  ],
  [
    'a message that is a getter',
    '',
    'Object.defineProperty(new Error(), "message", { get() { globalThis.ran = true; return "x"; } })',
    '',
  ],
  [
    'a message that is no text',
    '',
    'Object.assign(new Error(), { message: { toString() { globalThis.ran = true; } } })',
    '',
  ],
  [
    'a stack that is a getter',
    '',
    'Object.defineProperty(new Error("x"), "stack", { get() { globalThis.ran = true; } })',
    '',
  ],
  [
    'a prototype that is a proxy',
    '',
    'Object.setPrototypeOf(new Error("x"), new Proxy(Error.prototype, { get() { globalThis.ran = true; } }))',
    '',
  ],
])('leaves the stack alone where reading it would run code: %s', (_, before, state, after) => {
  expect(read(before, state, after)).toMatchObject({ $: 'Error', stack: '', ran: false });
});

it('shows a stack that is plain text', () => {
  expect(read('', 'Object.assign(new Error("x"), { stack: "told otherwise" })')).toMatchObject({
    stack: 'told otherwise',
  });
});
