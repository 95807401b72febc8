import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Program } from './program.ts';

/** Answers at /hello and counts; beside it a program that a node of the flow has started and reads from. */
const FLOW = [
  { id: 'hello', type: 'tab', label: 'Hello' },
  { id: 'in', type: 'http in', z: 'hello', url: '/hello', method: 'get', wires: [['greet']] },
  {
    id: 'greet',
    type: 'function',
    z: 'hello',
    func: "flow.set('count', (flow.get('count') ?? 0) + 1);\nmsg.payload = { hello: msg.req.query.name, count: flow.get('count') };\nreturn msg;",
    outputs: 1,
    wires: [['out']],
  },
  { id: 'out', type: 'http response', z: 'hello', wires: [] },
  { id: 'start', type: 'inject', z: 'hello', once: true, onceDelay: 0.1, props: [], wires: [['tail']] },
  {
    id: 'tail',
    type: 'exec',
    z: 'hello',
    command: 'tail -f /dev/null',
    useSpawn: 'true',
    wires: [[], [], []],
  },
];

/** Flows drawn in a browser: one runs, is asked, is changed while it runs, and asked again. */
export const nodeRed: Program = {
  service: 'node-red',
  script: 'node-red/red.js',
  prepare({ folder, port }) {
    const settings = {
      uiHost: '127.0.0.1',
      uiPort: port,
      flowFile: 'flows.json',
      credentialSecret: false,
      telemetry: { enabled: false, updateNotification: false },
      externalModules: { palette: { allowInstall: false } },
    };
    writeFileSync(path.join(folder, 'settings.js'), `module.exports = ${JSON.stringify(settings)};`);
    writeFileSync(path.join(folder, 'flows.json'), JSON.stringify(FLOW));
  },
  args: ({ folder }) => ['--userDir', folder, '--settings', path.join(folder, 'settings.js')],
  isUp: /Started flows/,
  async use(ask, said) {
    await ask('GET', '/hello?name=Ada');
    await ask('GET', '/hello?name=Joe');
    const { body } = await ask('GET', '/flows');
    const changed = body.replace('hello: msg', 'bye: msg');
    await ask('POST', '/flows', {
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'nodes' },
      body: changed,
    });
    // It answers first and then deploys; what comes in between is lost.
    await said(/Started modified nodes/);
    await ask('GET', '/hello?name=Ada');
    await ask('GET', '/settings');
    await ask('GET', '/');
    await ask('GET', '/not-there');
  },
  varies: [/^\d+ \w{3} \d\d:\d\d:\d\d/gm, /^etag: .+/, /\?v=\w+/g],
  shows: ['process:tail'],
};
