import { expect, it } from 'vitest';
import { readNodeOptions } from '../../../client/attach/node-options.ts';
import { nameOf } from '../../../client/attach/node-processes.ts';

it('ends at the script: what that is given are no options of Node', () => {
  const { isForbidden, isInspecting, shown } = readNodeOptions(
    'node -r ./a.cjs --enable-source-maps app.js --permission --inspect'.split(' '),
  );
  expect({ isForbidden, isInspecting }).toEqual({ isForbidden: false, isInspecting: false });
  expect(shown).toEqual(['node', '-r', './a.cjs', '--enable-source-maps', 'app.js']);
});

it.each([
  [[], '127.0.0.1', 9229],
  [['--inspect-port=9300'], '127.0.0.1', 9300],
  [['--inspect-port', '9300'], '127.0.0.1', 9300],
  [['--inspect_port=localhost:9301'], 'localhost', 9301],
  [['--debug-port=[::1]:9302'], '::1', 9302],
  [['--inspect-port=0.0.0.0'], '0.0.0.0', 9229],
  [['--inspect=9303'], '127.0.0.1', 9303],
] as const)('%j opens its inspector on %s:%d', (words, host, port) => {
  expect(readNodeOptions(['node', ...words, 'app.js']).inspectorAt).toEqual({ host, port });
});

it('reads NODE_OPTIONS too; the command line wins over it', () => {
  const { inspectorAt, isSignalOff } = readNodeOptions(
    ['node', '--inspect-port=2', 'app.js'],
    '--inspect-port=1 --disable-sigusr1',
  );
  expect(inspectorAt.port).toBe(2);
  expect(isSignalOff).toBe(true);
});

it('permission with the inspector allowed is no obstacle', () => {
  expect(readNodeOptions(['node', '--permission', '--allow-inspector', 'app.js']).isForbidden).toBe(false);
});

it.each([
  ['/srv/shop/worker.mjs', 'worker'],
  ['./dist/main.js', 'dist/main'],
  ['index.js', 'index'],
  ['/usr/lib/node_modules/pm2/bin/pm2', 'pm2'],
])('%s is called %s', (script, name) => expect(nameOf(script)).toBe(name));
