// So many supervised children, and what bench/large.ts tells it to do with them. PERCH=off: without an agent.
import { dynamicSupervisor, startAgent, supervisor } from '@perch/agent';

const count = Number(process.env.CHILDREN);
const crashes = new Map();
let awaited = null;
let last = null;

startAgent({ service: 'children' });
const games = dynamicSupervisor('games', {
  intensity: 1_000_000_000,
  periodMs: 1000,
  child: {
    host: 'task',
    run: ({ id }) => {
      last = id;
      if (awaited && --awaited.left === 0) awaited.resolve();
      return new Promise((_, reject) => crashes.set(id, reject));
    },
  },
});
await supervisor('app', { children: [games] }).start();
const idle = process.memoryUsage.rss();
const before = performance.now();
for (let id = 0; id < count; id++) await games.startChild(String(id));
const startMs = performance.now() - before;

const killed = new Error('killed');
// Without a stack of its own each time, as an exit signal has none.
const crash = (id) => crashes.get(id)(killed);
const started = (left) =>
  new Promise((resolve) => {
    awaited = { left, resolve };
  });

async function restarts() {
  const kills = Math.min(count, 20_000);
  const done = started(kills);
  const from = performance.now();
  for (let id = 0; id < kills; id++) crash(String(id));
  await done;
  const restartsPerSecond = (kills / (performance.now() - from)) * 1000;
  const oneMs = [];
  for (let round = 0; round < 300; round++) {
    const one = started(1);
    const at = performance.now();
    crash(last);
    await one;
    oneMs.push(performance.now() - at);
  }
  return { restartsPerSecond, restartMs: oneMs.sort((a, b) => a - b)[150] };
}

let churning;
process.on('message', async (message) => {
  if (message === 'restarts') process.send(await restarts());
  // One in a hundred ends every second.
  if (message === 'churn') {
    let id = 0;
    churning = setInterval(() => {
      for (let at = 0; at < count / 1000; at++) crash(String(id++ % count));
    }, 100);
    process.send({});
  }
  if (message === 'rest') {
    clearInterval(churning);
    process.send({});
  }
});
process.send({ startMs, idleBytes: idle });
