import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parseFrame, parseStack } from '../../../agent/inspect/stack.ts';

const frame = (name: string, file: string, line: number, column: number) => ({
  function: name,
  file,
  line,
  column,
});

describe('one frame', () => {
  it.each([
    ['    at work (/app/a.js:3:7)', frame('work', '/app/a.js', 3, 7)],
    ['    at /app/a.js:3:7', frame('', '/app/a.js', 3, 7)],
    ['    at file:///app/a%20b.mjs:3:7', frame('', '/app/a b.mjs', 3, 7)],
    ['    at Game.move (file:///app/game.js:10:2)', frame('Game.move', '/app/game.js', 10, 2)],
    ['    at new Game (/app/game.js:1:1)', frame('new Game', '/app/game.js', 1, 1)],
    ['    at Object.go [as move] (/app/game.js:1:1)', frame('Object.go [as move]', '/app/game.js', 1, 1)],
    ['    at async play (/app/a.js:3:7)', frame('async play', '/app/a.js', 3, 7)],
    ['    at async /app/a.js:3:7', frame('async', '/app/a.js', 3, 7)],
    ['    at async Promise.all (index 0)', frame('async Promise.all', '', 0, 0)],
    ['    at Array.map (<anonymous>)', frame('Array.map', '', 0, 0)],
    ['    at Array.sort (native)', frame('Array.sort', '', 0, 0)],
    [
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      frame('process.processTicksAndRejections', 'node:internal/process/task_queues', 95, 5),
    ],
    ['    at eval (eval at load (/app/a.js:3:7), <anonymous>:1:1)', frame('eval', '/app/a.js', 3, 7)],
    ['    at run (eval at load (/app/a.js:3:7), named.js:4:5)', frame('run', 'named.js', 4, 5)],
    ['    at f (eval at g (eval at h (/app/a.js:3:7)), <anonymous>:1:1)', frame('f', '/app/a.js', 3, 7)],
    [
      '    at fib (wasm://wasm/0a1b2c:wasm-function[3]:0x2f)',
      frame('fib', 'wasm://wasm/0a1b2c:wasm-function[3]:0x2f', 0, 0),
    ],
    ['    at work (/app/with (parens)/a.js:3:7)', frame('work', '/app/with (parens)/a.js', 3, 7)],
    ['    at C:\\app\\a.js:3:7', frame('', 'C:\\app\\a.js', 3, 7)],
    ['work (/app/a.js:3:7)', frame('work', '/app/a.js', 3, 7)],
  ])('%s', (line, parsed) => expect(parseFrame(line)).toEqual(parsed));
});

describe('a stack', () => {
  it('skips the message, whatever it holds', () => {
    const text = 'Error: first\n    at not really\nsecond\n    at work (/app/a.js:3:7)\n    at /app/b.js:1:1';
    expect(parseStack(text)).toEqual([frame('work', '/app/a.js', 3, 7), frame('', '/app/b.js', 1, 1)]);
  });

  it('skips the evaluation that asked, and keeps at most so many', () => {
    const text = 'Error\n    at <anonymous>:1:7\n    at busy (/app/a.js:3:7)\n    at main (/app/a.js:9:1)';
    expect(parseStack(text, 1)).toEqual([frame('busy', '/app/a.js', 3, 7)]);
  });

  it('is empty where there are no frames', () => {
    expect(parseStack('Error: nothing ran')).toEqual([]);
    expect(parseStack('')).toEqual([]);
  });

  it('reads what this version of V8 writes', () => {
    const code = 'class Game { move() { return [1].map(() => new Error("x").stack)[0] } }; new Game().move()';
    const frames = parseStack(vm.runInThisContext(`{${code}}`, { filename: '/app/game.js' }) as string);
    expect(frames.slice(0, 3)).toEqual([
      frame('', '/app/game.js', 1, expect.any(Number) as never),
      frame('Array.map', '', 0, 0),
      frame('Game.move', '/app/game.js', 1, expect.any(Number) as never),
    ]);
  });
});
