/**
 * A service as somebody would write it: a supervisor with a worker of each host, a thread and a child process of its
 * own making. test/packed/matrix.test.ts makes every form of it; `beside` is how a program of that form finds a file.
 */
import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { dynamicSupervisor, startAgent, supervisor } from '@perch/agent';

declare const beside: (file: string) => string | URL;

startAgent({ service: 'consumer' });
const games = dynamicSupervisor('games', {
  child: {
    host: 'task',
    run: async (context) => {
      context.state({ turn: 'x' });
      await context.stopped;
    },
  },
});
const app = supervisor('app', {
  children: [
    games,
    { id: 'thinker', host: 'thread', module: beside('worker') },
    { id: 'keeper', host: 'process', module: beside('worker') },
  ],
});
const clock = new Worker(beside('clock'), { name: 'clock' });
const child = fork(beside('child'));
process.once('SIGTERM', async () => {
  child.kill();
  await Promise.all([app.stop(), clock.terminate()]);
  process.exit();
});
app
  .start()
  .then(() => games.startChild('7f3a'))
  .then(() => process.send!('ready'))
  .catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
