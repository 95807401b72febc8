import { expect, test } from 'vitest';
import { breakDanger } from '../../../agent/inspect/break-danger.ts';
import { parseStack } from '../../../agent/inspect/stack.ts';

/** The stacks as Node 20 gives them. */
const stack = (...lines: string[]) =>
  parseStack(['Error', ...lines.map((line) => `    at ${line}`)].join('\n'));

test.each([
  [
    'a timer',
    [
      'Timeout.spin [as _onTimeout] (/app/a.js:1:1)',
      'listOnTimeout (node:internal/timers:581:17)',
      'process.processTimers (node:internal/timers:519:7)',
    ],
    /timer/,
  ],
  [
    'what a timer emits',
    [
      'EventEmitter.emit (node:events:524:28)',
      'listOnTimeout (node:internal/timers:581:17)',
      'process.processTimers (node:internal/timers:519:7)',
    ],
    /timer/,
  ],
  [
    'setImmediate',
    [
      'Immediate.spin [as _onImmediate] (/app/a.js:1:1)',
      'process.processImmediate (node:internal/timers:483:21)',
    ],
    /setImmediate/,
  ],
  [
    'an AsyncResource',
    [
      'spin (/app/a.js:1:1)',
      'AsyncResource.runInAsyncScope (node:async_hooks:206:9)',
      'Server.emit (node:events:524:28)',
    ],
    /AsyncResource/,
  ],
])('%s would end the process', (_, lines, words) => {
  expect(breakDanger(stack(...lines), 2000)).toMatch(words);
});

test.each([
  [
    'the handler of a request',
    [
      'spin (/app/a.js:1:1)',
      'Server.emit (node:events:524:28)',
      'HTTPParser.parserOnHeadersComplete (node:_http_common:118:17)',
    ],
  ],
  ['a callback of fs', ['spin (/app/a.js:1:1)', 'FSReqCallback.oncomplete (node:fs:198:5)']],
  [
    'a promise',
    ['spin (/app/a.js:1:1)', 'process.processTicksAndRejections (node:internal/process/task_queues:95:5)'],
  ],
  [
    "the service's own function of that name",
    ['listOnTimeout (/app/timers.js:1:1)', 'Server.emit (node:events:524:28)'],
  ],
])('%s bears it', (_, lines) => {
  expect(breakDanger(stack(...lines), 2000)).toBeNull();
});

test('a stack that was cut hides what began it', () => {
  expect(breakDanger(stack('a (/app/a.js:1:1)', 'a (/app/a.js:1:1)'), 2)).toMatch(/too deep/);
});
